//! Newtypes, values, enums, unions, tables, functions.

use super::{each, flag, head, type_or_error};
use crate::lang::tree::Ident;
use crate::shapes::{ENUM, FUNCTION, NEWTYPE, TABLE, UNION, VALUE};
use crate::syntax::lower::Row;
use crate::syntax::tree::{EnumDecl, Function, Newtype, Table, Types, Union, UnionMember, Value};

/// The declarations that a context and the kernel have in common.
pub(in crate::syntax) fn types(row: &mut Row) -> Types {
    Types {
        newtypes: each(row, "newtype", newtype),
        values: each(row, "value", value),
        enums: each(row, "enum", enumeration),
        unions: each(row, "union", union),
        tables: each(row, "table", table),
        functions: each(row, "function", function),
    }
}

fn newtype(name: Ident, mut row: Row) -> Newtype {
    Newtype {
        head: head(name, &mut row, &NEWTYPE),
        ty: type_or_error(&mut row, "type"),
        normalise: row.expr("normalise"),
        require: row.rules("require").unwrap_or_default(),
    }
}

fn value(name: Ident, mut row: Row) -> Value {
    Value {
        head: head(name, &mut row, &VALUE),
        fields: row.fields("fields").unwrap_or_default(),
        require: row.rules("require").unwrap_or_default(),
        derive: row.expr_map("derive").unwrap_or_default(),
    }
}

fn enumeration(name: Ident, mut row: Row) -> EnumDecl {
    EnumDecl {
        head: head(name, &mut row, &ENUM),
        members: row.members("members").unwrap_or_default(),
        fields: row.fields("fields").unwrap_or_default(),
        ordered: flag(&mut row, "ordered"),
    }
}

fn union(name: Ident, mut row: Row) -> Union {
    let members = row.field_map("members").unwrap_or_default();
    Union {
        head: head(name, &mut row, &UNION),
        members: members.into_iter().map(|(name, fields)| UnionMember { name, fields }).collect(),
    }
}

fn table(name: Ident, mut row: Row) -> Table {
    Table {
        head: head(name, &mut row, &TABLE),
        args: row.fields("args").unwrap_or_default(),
        returns: type_or_error(&mut row, "returns"),
        rows: row.cases("rows").unwrap_or_default(),
    }
}

fn function(name: Ident, mut row: Row) -> Function {
    Function {
        head: head(name, &mut row, &FUNCTION),
        args: row.fields("args").unwrap_or_default(),
        returns: type_or_error(&mut row, "returns"),
    }
}
