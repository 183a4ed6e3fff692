//! Desks, their members and keys; threads and their sealed messages.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DeriveMigrationName;

use super::table;

/// The step.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables =
            [site(manager), desk(manager), desk_key(manager), desk_key_share(manager), member(manager)]
                .into_iter()
                .chain([member_session(manager), thread(manager), message(manager), message_key(manager)]);
        for table in tables {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in INDEXES {
            let mut index = Index::create();
            index.name(*name).table(Alias::new(*table));
            for column in *columns {
                index.col(Alias::new(*column));
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

const INDEXES: &[(&str, &str, &[&str])] = &[
    ("thread_desk", "thread", &["desk_id", "state"]),
    ("member_desk", "member", &["desk_id"]),
    ("member_session_member", "member_session", &["member_id"]),
    ("desk_region", "desk", &["region"]),
];

fn column(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.not_null();
    column
}

fn key(columns: &[&'static str]) -> IndexCreateStatement {
    let mut key = Index::create();
    for name in columns {
        key.col(Alias::new(*name));
    }
    key.primary().to_owned()
}

fn refers(column: &'static str, table: &'static str) -> ForeignKeyCreateStatement {
    let mut reference = ForeignKey::create();
    reference.from_col(Alias::new(column)).to(Alias::new(table), Alias::new("id"));
    reference.on_delete(ForeignKeyAction::Cascade).to_owned()
}

fn site(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "site_parameter")
        .col(column("id").integer().primary_key())
        .col(column("stretch_salt").blob())
        .col(column("stretch_rounds").integer())
        .col(column("secrets_check").blob())
        .to_owned()
}

fn desk(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "desk")
        .col(column("id").text().primary_key())
        .col(column("name").text())
        .col(column("region").text())
        .col(ColumnDef::new(Alias::new("parent")).text())
        .col(column("generation").integer())
        .col(column("recovery_public_key").blob())
        .foreign_key(
            ForeignKey::create().from_col(Alias::new("parent")).to(Alias::new("desk"), Alias::new("id")),
        )
        .to_owned()
}

fn desk_key(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "desk_key")
        .col(column("desk_id").text())
        .col(column("generation").integer())
        .col(column("public_key").blob())
        .primary_key(&mut key(&["desk_id", "generation"]))
        .foreign_key(&mut refers("desk_id", "desk"))
        .to_owned()
}

fn desk_key_share(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "desk_key_share")
        .col(column("desk_id").text())
        .col(column("generation").integer())
        .col(column("holder").text())
        .col(column("sealed_key").blob())
        .primary_key(&mut key(&["desk_id", "generation", "holder"]))
        .foreign_key(&mut refers("desk_id", "desk"))
        .to_owned()
}

fn member(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "member")
        .col(column("id").text().primary_key())
        .col(column("desk_id").text())
        .col(column("name").text().unique_key())
        .col(column("salt").blob())
        .col(column("rounds").integer())
        .col(column("login_hash").text())
        .col(column("public_key").blob())
        .col(column("wrapped_key").blob())
        .foreign_key(&mut refers("desk_id", "desk"))
        .to_owned()
}

fn member_session(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "member_session")
        .col(column("token_hash").blob().primary_key())
        .col(column("member_id").text())
        .col(column("created_hour").big_integer())
        .col(column("seen_hour").big_integer())
        .foreign_key(&mut refers("member_id", "member"))
        .to_owned()
}

fn thread(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "thread")
        .col(column("id").text().primary_key())
        .col(column("desk_id").text())
        .col(column("state").text())
        .col(column("danger").boolean())
        .col(column("child").boolean())
        .col(ColumnDef::new(Alias::new("topic")).text())
        .col(ColumnDef::new(Alias::new("region")).text())
        .col(column("received_hour").big_integer())
        .col(ColumnDef::new(Alias::new("first_responder")).text())
        .col(column("typed_back").boolean())
        .col(column("locator_hash").blob().unique_key())
        .col(ColumnDef::new(Alias::new("request_hash")).blob().unique_key())
        .col(column("public_key").blob())
        .foreign_key(
            ForeignKey::create().from_col(Alias::new("desk_id")).to(Alias::new("desk"), Alias::new("id")),
        )
        .to_owned()
}

fn message(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "message")
        .col(column("thread_id").text())
        .col(column("position").integer())
        .col(column("sender").text())
        .col(column("sent_hour").big_integer())
        .col(column("content").blob())
        .col(ColumnDef::new(Alias::new("request_hash")).blob())
        .primary_key(&mut key(&["thread_id", "position"]))
        .foreign_key(&mut refers("thread_id", "thread"))
        .to_owned()
}

fn message_key(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "message_key")
        .col(column("thread_id").text())
        .col(column("position").integer())
        .col(column("reader").text())
        .col(column("generation").integer())
        .col(column("sealed_key").blob())
        .primary_key(&mut key(&["thread_id", "position", "reader", "generation"]))
        .foreign_key(&mut refers("thread_id", "thread"))
        .to_owned()
}
