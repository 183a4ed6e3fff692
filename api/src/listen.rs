//! The accept loop: HTTP/1.1 with limits that a bare machine needs.
//!
//! `axum::serve` waits for ever for the head of a request and takes any number of connections, so that a few idle
//! sockets can shut everybody out. Nothing here is logged: a connection is a person.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::state::Limits;

/// How long to rest when the machine has no more sockets to give.
const OUT_OF_SOCKETS_REST: Duration = Duration::from_millis(200);

/// Serves `app` on `listener` until `stop`, then lets what is under way finish.
pub async fn serve(listener: TcpListener, app: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(limits.connections));
    let accept = async {
        loop {
            // A closed semaphore would be an endless wait; this one is never closed.
            let Ok(slot) = slots.clone().acquire_owned().await else { return };
            let Ok((stream, peer)) = listener.accept().await else {
                tokio::time::sleep(OUT_OF_SOCKETS_REST).await;
                continue;
            };
            let app = app.clone().map_request(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(ConnectInfo(peer));
                request.map(axum::body::Body::new)
            });
            let connection = connections.watch(connect(stream, app, limits));
            tokio::spawn(async move {
                // An error here is the other side going away in the middle: nobody's fault, nobody's business.
                let _gone = connection.await;
                drop(slot);
            });
        }
    };
    tokio::select! {
        () = accept => {}
        () = stop => {}
    }
    drop(listener);
    connections.shutdown().await;
}

fn connect<S>(
    stream: TcpStream,
    app: S,
    limits: Limits,
) -> hyper::server::conn::http1::Connection<TokioIo<TcpStream>, TowerToHyperService<S>>
where
    S: tower::Service<Request<Incoming>, Response = axum::response::Response, Error = Infallible> + Clone,
{
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
}
