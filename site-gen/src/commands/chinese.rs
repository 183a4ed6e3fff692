//! The frame of the help texts in Chinese: clap's own words (Usage, Options, Print help) are English.
//!
//! [`arguments`] reads the command line; a line that can't be read gets one Chinese sentence below clap's answer.

use clap::{Arg, ArgAction, Command, CommandFactory as _, FromArgMatches as _};

use super::{Arguments, say};

/// Reads the command line. An error is the exit code: 0 after `--help` and `--version`, 2 after a slip.
pub(crate) fn arguments() -> Result<Arguments, u8> {
    let read = command().try_get_matches().and_then(|found| Arguments::from_arg_matches(&found));
    read.map_err(|err| {
        // Nobody is left to tell when the terminal is gone.
        let _gone = err.print();
        let code = u8::try_from(err.exit_code()).unwrap_or(2);
        if err.use_stderr() {
            say("\n这一行命令读不懂，什么都没有做。后面加 --help 看怎么写；引号、短横都用半角。\n");
        }
        code
    })
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
        .help_template("{about-with-newline}\n用法：{usage}\n\n{all-args}\n\n{after-help}")
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
