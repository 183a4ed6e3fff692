//! The tables of this step. What each column means stands at its entity, in `store/entity`, or here where nothing asks for the table yet.

use sea_orm_migration::prelude::*;

use crate::store::migration::table;

/// Every new table, those that others refer to first.
pub(super) fn new(manager: &SchemaManager<'_>) -> Vec<TableCreateStatement> {
    [
        thread,
        message,
        message_key,
        request,
        event,
        handover,
        audit,
        audit_head,
        invitation,
        figure,
        desk_hour,
        job,
    ]
    .into_iter()
    .map(|make| make(manager))
    .collect()
}

/// What is new about members. A member who is added without a role must not become more than a member.
pub(super) fn of_member() -> [ColumnDef; 4] {
    [
        column("role").text().default("member").to_owned(),
        maybe("totp_secret").blob().to_owned(),
        maybe("totp_used").blob().to_owned(),
        maybe("removed_hour").big_integer().to_owned(),
    ]
}

fn column(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.not_null();
    column
}

/// A column that may be empty.
fn maybe(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

fn key(columns: &[&'static str]) -> IndexCreateStatement {
    let mut key = Index::create();
    for name in columns {
        key.col(Alias::new(*name));
    }
    key.primary().to_owned()
}

/// Refers to a row that takes this one along when it goes.
fn goes_with(column: &'static str, table: &'static str) -> ForeignKeyCreateStatement {
    refers(column, table).on_delete(ForeignKeyAction::Cascade).to_owned()
}

fn refers(column: &'static str, table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from_col(Alias::new(column)).to(Alias::new(table), Alias::new("id")).to_owned()
}

/// The green channel as one number: 0 comes first.
const URGENCY: &str = "CASE WHEN danger THEN 0 ELSE 4 END + CASE WHEN child THEN 0 ELSE 2 END \
                       + CASE WHEN vulnerable THEN 0 ELSE 1 END";

fn thread(manager: &SchemaManager<'_>) -> TableCreateStatement {
    let mut thread = table(manager, "thread");
    thread
        .col(column("id").text().primary_key())
        .col(column("desk_id").text())
        .col(maybe("escalated_to").text())
        .col(column("channel").text())
        .col(column("state").text())
        .col(column("danger").boolean())
        .col(column("child").boolean())
        .col(column("vulnerable").boolean())
        .col(maybe("topic").text())
        .col(maybe("region").text())
        .col(column("received_hour").big_integer());
    for hour in ["accepted_hour", "answered_hour", "closed_hour", "due_hour", "lapse_hour", "purge_hour"] {
        thread.col(maybe(hour).big_integer());
    }
    thread
        .col(maybe("due_stage").text())
        .col(maybe("first_responder").text())
        .col(maybe("outcome").text())
        .col(column("mediation").boolean())
        .col(column("legal_aid").boolean())
        .col(column("psychological").boolean())
        .col(column("consent").boolean())
        .col(maybe("helped").boolean())
        .col(column("typed_back").boolean())
        .col(maybe("locator_hash").blob().unique_key())
        .col(maybe("public_key").blob())
        .col(column("urgency").integer().generated(Expr::cust(URGENCY), true))
        .col(
            column("queue_hour")
                .big_integer()
                .generated(Expr::cust("coalesce(due_hour, received_hour)"), true),
        )
        .foreign_key(&mut refers("desk_id", "desk"))
        .to_owned()
}

fn message(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "message")
        .col(column("thread_id").text())
        .col(column("purpose").text())
        .col(column("position").integer())
        .col(column("sender").text())
        .col(column("sent_hour").big_integer())
        .col(column("content").blob())
        .primary_key(&mut key(&["thread_id", "purpose", "position"]))
        .foreign_key(&mut goes_with("thread_id", "thread"))
        .to_owned()
}

fn message_key(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "message_key")
        .col(column("thread_id").text())
        .col(column("purpose").text())
        .col(column("position").integer())
        .col(column("reader").text())
        .col(column("generation").integer())
        .col(column("sealed_key").blob())
        .primary_key(&mut key(&["thread_id", "purpose", "position", "reader", "generation"]))
        .foreign_key(&mut goes_with("thread_id", "thread"))
        .to_owned()
}

fn request(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "request")
        .col(column("hash").blob().primary_key())
        .col(column("thread_id").text())
        .col(column("event").text())
        .col(column("state").text())
        .col(maybe("number").integer())
        .col(maybe("by_desk").text())
        .col(column("at_hour").big_integer())
        .foreign_key(&mut goes_with("thread_id", "thread"))
        .to_owned()
}

fn event(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "event")
        .col(column("thread_id").text())
        .col(column("number").integer())
        .col(column("kind").text())
        .col(column("at_hour").big_integer())
        .col(maybe("from_desk").text())
        .col(maybe("to_desk").text())
        .col(maybe("reason").text())
        .primary_key(&mut key(&["thread_id", "number"]))
        .foreign_key(&mut goes_with("thread_id", "thread"))
        .to_owned()
}

fn handover(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "handover")
        .col(column("thread_id").text())
        .col(column("number").integer())
        .col(column("agency").text())
        .col(column("handed_hour").big_integer())
        .col(maybe("confirmed_hour").big_integer())
        .col(maybe("result_hour").big_integer())
        .col(maybe("result").text())
        .primary_key(&mut key(&["thread_id", "number"]))
        .foreign_key(&mut goes_with("thread_id", "thread"))
        .to_owned()
}

fn audit(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "audit")
        .col(column("desk_id").text())
        .col(column("number").big_integer())
        .col(column("at_hour").big_integer())
        .col(maybe("actor").text())
        .col(column("act").text())
        .col(column("object").blob())
        .col(column("previous").blob())
        .col(column("hash").blob())
        .primary_key(&mut key(&["desk_id", "number"]))
        .foreign_key(&mut refers("desk_id", "desk"))
        .to_owned()
}

fn audit_head(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "audit_head")
        .col(column("desk_id").text().primary_key())
        .col(column("number").big_integer())
        .col(column("hash").blob())
        .foreign_key(&mut refers("desk_id", "desk"))
        .to_owned()
}

/// An invitation to become a member: SHA-256 of what the invited one holds, the desk, the role, the name to sign in with
/// where the one who invites chose it, who invites (nobody: the operator), from which hour it is worth nothing, who took it.
fn invitation(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "invitation")
        .col(column("token_hash").blob().primary_key())
        .col(column("desk_id").text())
        .col(column("role").text())
        .col(maybe("name").text())
        .col(maybe("invited_by").text())
        .col(column("created_hour").big_integer())
        .col(column("expires_hour").big_integer())
        .col(maybe("taken_hour").big_integer())
        .col(maybe("member_id").text())
        .foreign_key(&mut goes_with("desk_id", "desk"))
        .foreign_key(&mut goes_with("member_id", "member"))
        .to_owned()
}

fn figure(manager: &SchemaManager<'_>) -> TableCreateStatement {
    let of = ["month", "desk_id", "measure", "topic", "region", "channel", "detail"];
    let mut figure = table(manager, "figure");
    for name in of {
        figure.col(column(name).text());
    }
    figure.col(column("class").integer()).col(column("count").big_integer());
    figure.primary_key(&mut key(&[&of[..], &["class"]].concat())).to_owned()
}

/// How many letters without a script a desk has taken in an hour: a budget that several processes share.
fn desk_hour(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "desk_hour")
        .col(column("desk_id").text())
        .col(column("at_hour").big_integer())
        .col(column("letters").integer())
        .primary_key(&mut key(&["desk_id", "at_hour"]))
        .foreign_key(&mut goes_with("desk_id", "desk"))
        .to_owned()
}

fn job(manager: &SchemaManager<'_>) -> TableCreateStatement {
    table(manager, "job")
        .col(column("name").text().primary_key())
        .col(column("ran_hour").big_integer())
        .to_owned()
}
