//! The frame of the help texts in Chinese: clap's own words (Usage, Options, Print help) are English.
//!
//! [`arguments`] reads the command line; a line that can't be read is answered in Chinese, with what may be meant.

use std::io::Write as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory as _, FromArgMatches as _};

use super::{Arguments, say};

/// Reads the command line. An error is the exit code: 0 after `--help` and `--version`, 2 after a slip.
pub(crate) fn arguments() -> Result<Arguments, u8> {
    let read = command().try_get_matches().and_then(|found| Arguments::from_arg_matches(&found));
    read.map_err(|err| {
        if err.use_stderr() {
            say(&refusal(&err));
        } else {
            // The help that was asked for, with the one English word that clap has no setting for.
            let help = err.to_string().replace("[OPTIONS]", "[选项]");
            // Nobody is left to tell when the terminal is gone.
            let _gone = std::io::stdout().write_all(help.as_bytes());
        }
        u8::try_from(err.exit_code()).unwrap_or(2)
    })
}

/// What is wrong with the command line.
fn refusal(err: &clap::Error) -> String {
    let said = |kind: ContextKind| match err.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let what = match err.kind() {
        // Without a command clap shows the help.
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return err.to_string(),
        ErrorKind::InvalidSubcommand => format!("没有叫“{}”的命令", said(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => format!("后面还要写一个命令：{}", said(ContextKind::ValidSubcommand)),
        ErrorKind::UnknownArgument => format!("不认识“{}”", said(ContextKind::InvalidArg)),
        ErrorKind::MissingRequiredArgument => format!("还缺 {}", said(ContextKind::InvalidArg)),
        ErrorKind::ArgumentConflict => {
            format!("“{}”写重了，或者不能和别的一起写", said(ContextKind::InvalidArg))
        }
        ErrorKind::InvalidValue
        | ErrorKind::ValueValidation
        | ErrorKind::NoEquals
        | ErrorKind::TooFewValues => {
            let (value, arg) = (said(ContextKind::InvalidValue), said(ContextKind::InvalidArg));
            let why = std::error::Error::source(err).map_or_else(String::new, |why| format!("：{why}"));
            match value.is_empty() {
                true => format!("{arg} 后面还要写上内容"),
                false => format!("{arg} 后面写的“{value}”不行{why}"),
            }
        }
        _ => return format!("{err}\n这一行命令读不懂，什么都没有做。后面加 --help 看怎么写。\n"),
    };
    let hints = [
        (ContextKind::SuggestedSubcommand, "是不是想写 "),
        (ContextKind::SuggestedArg, "是不是想写 "),
        (ContextKind::SuggestedValue, "是不是想写 "),
        (ContextKind::ValidValue, "可以写："),
    ];
    let hint = hints.into_iter().map(|(kind, words)| (said(kind), words)).find(|(text, _)| !text.is_empty());
    let hint = hint.map_or_else(String::new, |(text, words)| format!("{words}{text}。"));
    format!("{what}，什么都没有做。{hint}后面加 --help 看怎么写；引号、短横都用半角。\n")
}

/// The whole command with its help in Chinese.
pub(crate) fn command() -> Command {
    let version =
        Arg::new("version").short('V').long("version").action(ArgAction::Version).help("看是哪一版");
    in_chinese(Arguments::command().disable_version_flag(true).arg(version))
}

fn in_chinese(command: Command) -> Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help("看这个说明");
    let command = command
        .help_template("{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .mut_args(|arg| {
            let heading = if arg.is_positional() { "写在后面的" } else { "选项" };
            arg.help_heading(heading)
        })
        .arg(help.help_heading("选项"));
    command.mut_subcommands(in_chinese)
}
