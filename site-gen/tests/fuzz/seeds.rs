//! What the targets start from: real files of the content, and what once broke a claim.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::Workbook;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file under a folder of the repository whose name ends so, by path.
fn files_under(folder: &Path, ending: &str) -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(next) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// What broke a claim of the target.
pub(crate) fn known(target: &str) -> Vec<Vec<u8>> {
    files_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target), "")
}

/// Files of a folder of the content, and what broke a claim.
pub(crate) fn of_content(target: &str, folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let mut seeds = known(target);
    seeds.extend(files_under(&root().join("content").join(folder), ending));
    seeds
}

/// Full texts of statutes, as collections have them.
pub(crate) fn statutes() -> Vec<Vec<u8>> {
    let mut seeds = known("statutes");
    for text in [
        "# 示例法\n\n2019年1月5日 会议通过\n2021年3月1日 施行\n\n<!-- INFO END -->\n\n## 第一章 总则\n\n第一条 为了示例，制定本法。\n\n第二条 下列事项：\n\n（一）一；\n\n（二）二。\n\n## 第二章 附则\n\n第三条 本法自2019年3月1日起施行。\n",
        "# 最高人民法院关于示例的解释\n# （二）\n2020年5月28日 通过\n<!-- INFO END -->\n一、甲。\n二、乙。\n附件：表\n| 一 | 二 |\n| --- | --- |\n| 三 | 四 |\n",
        "---\ntitle: x\n---\n# 示例法修正案（三）\n<!-- INFO END -->\n一、将第一条修改为：“第一条 甲。”\n二、第三条之一改为第四条。\n",
    ] {
        seeds.push(text.as_bytes().to_vec());
    }
    seeds
}

/// Lists of stations as bytes of CSV.
pub(crate) fn tables() -> Vec<Vec<u8>> {
    let mut seeds = of_content("tables", "stations", ".csv");
    let list = "示例县名单,,,\n名称,类别,区划,电话,坐标,工作时间,负责人\n甲站,维权服务站,示例县,0000-5551185,\"102.56,40.52\",\"周一至周五 8:30-12:00，14:00-17:30；节假日休息\",某某\n";
    seeds.push(list.as_bytes().to_vec());
    seeds.push(encoding_rs::GB18030.encode(list).0.into_owned());
    seeds.push(list.encode_utf16().flat_map(u16::to_le_bytes).collect());
    seeds.push(list.replace(',', "\t").into_bytes());
    seeds
}

/// Workbooks; what is changed in them is mostly told by their sums, so parts are stored as they are.
pub(crate) fn workbooks() -> Vec<Vec<u8>> {
    let mut seeds = known("workbooks");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in
        (0..).zip([["名称", "类别", "区划"], ["甲站", "派出所", "示例县"], ["乙站", "茶馆", "990121"]])
    {
        for (column, cell) in (0..).zip(cells) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    seeds.push(book.save_to_buffer().unwrap());
    seeds.push(include_bytes!("../data/townships.xls").to_vec());
    seeds
}
