//! One page of a Chromium, spoken to over the DevTools protocol: JSON messages over a WebSocket.
//!
//! Each command has a number and its answer carries the same; events come in between and are kept until asked for.
//! <https://chromedevtools.github.io/devtools-protocol/> describes the commands.

use anyhow::{Context as _, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// A page that takes commands.
pub struct DevTools {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: Option<String>,
    count: u64,
    events: Vec<Value>,
}

impl DevTools {
    /// Opens a new page in the browser that listens at `address`.
    pub async fn attach(address: &str) -> anyhow::Result<Self> {
        let (socket, _) =
            tokio_tungstenite::connect_async(address).await.context("the browser takes connections")?;
        let mut devtools = Self { socket, session: None, count: 0, events: Vec::new() };
        let page = devtools.command("Target.createTarget", json!({ "url": "about:blank" })).await?;
        let target = json!({ "targetId": page["targetId"], "flatten": true });
        let attached = devtools.command("Target.attachToTarget", target).await?;
        devtools.session = attached["sessionId"].as_str().map(str::to_owned);
        Ok(devtools)
    }

    /// Does one thing and gives what came of it.
    pub async fn command(&mut self, method: &str, parameters: Value) -> anyhow::Result<Value> {
        self.count += 1;
        let number = self.count;
        let mut command = json!({ "id": number, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(command.to_string())).await?;
        loop {
            let message = self.next().await?;
            if message["id"] == number {
                if let Some(error) = message.get("error") {
                    bail!("{method}: {}", error["message"]);
                }
                return Ok(message["result"].clone());
            }
            self.events.push(message);
        }
    }

    /// Waits for an event that has come or will come since [`DevTools::forget_events`].
    pub async fn event(&mut self, method: &str) -> anyhow::Result<()> {
        while !self.events.iter().any(|event| event["method"] == method) {
            let message = self.next().await?;
            self.events.push(message);
        }
        Ok(())
    }

    /// From here on only new events count.
    pub fn forget_events(&mut self) {
        self.events.clear();
    }

    async fn next(&mut self) -> anyhow::Result<Value> {
        while let Some(message) = self.socket.next().await {
            if let Message::Text(text) = message? {
                return Ok(serde_json::from_str(&text)?);
            }
        }
        bail!("the browser hung up")
    }
}
