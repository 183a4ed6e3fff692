//! How the database came to its shape, one file for each step. A step that has been released is never edited.

use sea_orm_migration::prelude::*;

mod m20261121_000001_consultations;
mod m20261122_000002_search_words;
mod m20261123_000003_register;
mod m20261123_000004_climbing;
mod m20261124_000005_keys;
mod m20261124_000006_budgets;
mod m20261125_000007_announcements;
mod m20261125_000008_closed_shelf;
mod m20261126_000009_extended;
mod m20261126_000010_filtered_shelves;
#[cfg(test)]
mod tests;

/// Applies the steps in their order.
pub(super) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_consultations::Migration),
            Box::new(m20261122_000002_search_words::Migration),
            Box::new(m20261123_000003_register::Migration),
            Box::new(m20261123_000004_climbing::Migration),
            Box::new(m20261124_000005_keys::Migration),
            Box::new(m20261124_000006_budgets::Migration),
            Box::new(m20261125_000007_announcements::Migration),
            Box::new(m20261125_000008_closed_shelf::Migration),
            Box::new(m20261126_000009_extended::Migration),
            Box::new(m20261126_000010_filtered_shelves::Migration),
        ]
    }
}

/// Begins a table. On SQLite it has no hidden row number: that would tell in which order letters arrived.
fn table(manager: &SchemaManager<'_>, name: &'static str) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(Alias::new(name));
    if manager.get_database_backend() == sea_orm::DatabaseBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}
