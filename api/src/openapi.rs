//! The description of the API, generated from its handlers.
//!
//! What all operations share is written here once: who this is, and that every failure is a [`Problem`].

use utoipa::OpenApi;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder};

use crate::error::{FieldError, Problem};

/// What stands around the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "暖站数据接口",
        description = "妇女儿童维权服务的公开数据、匿名咨询和工作台。名称用 snake_case，时间为 RFC 3339（+08:00），\
                       坐标为 WGS 84，编号是不透明的字符串。出错时一律回 application/problem+json（RFC 9457）。\
                       没有访问日志：查了什么、在哪里，都不会被记下来。",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(Problem, FieldError))
)]
struct Frame;

/// The description before any operation.
pub fn frame() -> Document {
    Frame::openapi()
}

/// Adds to every operation what any operation may answer.
pub fn finish(mut document: Document) -> Document {
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let refusal = ResponseBuilder::new()
                .description("没有办成。`type` 说明是哪一种，见 docs/api.md。")
                .content("application/problem+json", problem)
                .build();
            operation.responses.responses.entry("default".to_owned()).or_insert(RefOr::T(refusal));
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut utoipa::openapi::path::Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}
