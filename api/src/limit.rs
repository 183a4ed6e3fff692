//! Slowing down who tries too often, without keeping anybody's address.
//!
//! Tries are counted per [`Bucket`]: eight bytes of a keyed hash of the network an address lies in, under a key that
//! is drawn anew every hour and lives in memory only. A bucket that used up its tries goes through the [`SlowLane`];
//! it is never refused for where it comes from, because many women share one address.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, HeaderName};
use tokio::sync::Semaphore;

use crate::clock::Hour;
use crate::dice::{self, Dice};
use crate::effort::Crowded;

/// The most buckets that are counted in one hour. Beyond it new ones are not counted: a flood from everywhere must not
/// slow down those who come later, and the work itself is limited elsewhere.
const MOST_BUCKETS: usize = 1 << 16;

/// Counts tries in this hour.
#[derive(Default)]
pub struct Tally(Mutex<Count>);

#[derive(Default)]
struct Count {
    hour: Option<Hour>,
    key: [u8; 32],
    tries: BTreeMap<Bucket, u32>,
}

/// What is counted together. Means nothing outside its hour and its process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bucket([u8; 8]);

/// One at a time, each after a pause.
#[derive(Debug, Clone)]
pub struct SlowLane {
    places: Arc<Semaphore>,
    turn: Arc<Semaphore>,
    pause: Duration,
}

/// Where a request comes from, coarsely: the network, never the address. Not for storing.
#[derive(Clone, PartialEq, Eq)]
pub struct Network {
    bytes: Vec<u8>,
    /// Perhaps everybody's: a gateway that does not tell who is calling, or nothing known at all.
    shared: bool,
}

/// How many times as much a network may do that may be everybody's.
const SHARED_ALLOWANCE: u32 = 20;

impl Tally {
    /// How often `what` was counted in `hour`.
    pub fn tries(&self, what: &[u8], hour: Hour, dice: &dyn Dice) -> u32 {
        self.with(hour, dice, |count| count.tries.get(&count.bucket(what)).copied().unwrap_or(0))
    }

    /// Counts `what` once more and tells how often that makes.
    pub fn add(&self, what: &[u8], hour: Hour, dice: &dyn Dice) -> u32 {
        self.with(hour, dice, |count| {
            let bucket = count.bucket(what);
            if count.tries.len() >= MOST_BUCKETS && !count.tries.contains_key(&bucket) {
                return 1;
            }
            let tries = count.tries.entry(bucket).or_default();
            *tries = tries.saturating_add(1);
            *tries
        })
    }

    fn with<T>(&self, hour: Hour, dice: &dyn Dice, act: impl FnOnce(&mut Count) -> T) -> T {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if count.hour.is_none_or(|counted| counted < hour) {
            *count = Count { hour: Some(hour), key: dice::draw(dice), tries: BTreeMap::new() };
        }
        act(&mut count)
    }
}

impl Count {
    fn bucket(&self, what: &[u8]) -> Bucket {
        let hash = blake3::keyed_hash(&self.key, what);
        let (bucket, _) = hash.as_bytes().split_first_chunk().expect("a hash of 32 bytes begins with 8");
        Bucket(*bucket)
    }
}

impl SlowLane {
    /// Lets one through after each `pause`; `waiting` more may stand in line.
    pub fn new(pause: Duration, waiting: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(1 + waiting)), turn: Arc::new(Semaphore::new(1)), pause }
    }

    /// Waits in line.
    pub async fn pass(&self) -> Result<(), Crowded> {
        let _place = self.places.try_acquire().map_err(|_| Crowded)?;
        let _turn = self.turn.acquire().await.map_err(|_| Crowded)?;
        tokio::time::sleep(self.pause).await;
        Ok(())
    }
}

impl Network {
    /// Where a request comes from: the socket's other end or, when that is this machine itself and `trusted` names the
    /// header in which a gateway tells it, the last address in that header.
    pub fn of(extensions: &Extensions, headers: &HeaderMap, trusted: Option<&HeaderName>) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let told = || {
            let value = headers.get_all(trusted?).iter().next_back()?.to_str().ok()?;
            value.rsplit(',').next()?.trim().parse().ok()
        };
        match peer {
            Some(peer) if peer.to_canonical().is_loopback() => {
                told().map_or_else(Self::everybodys, Self::around)
            }
            Some(peer) => Self { shared: is_beside(peer), ..Self::around(peer) },
            None => Self::everybodys(),
        }
    }

    fn everybodys() -> Self {
        Self { bytes: Vec::new(), shared: true }
    }

    /// The /24 of IPv4, the /56 of IPv6.
    fn around(address: IpAddr) -> Self {
        let bytes = match address.to_canonical() {
            IpAddr::V4(address) => address.octets()[..3].to_vec(),
            IpAddr::V6(address) => Ipv6Addr::octets(&address)[..7].to_vec(),
        };
        Self { bytes, shared: false }
    }

    /// How often this network may do what one network may do `often`.
    pub fn allowance(&self, often: u32) -> u32 {
        if self.shared { often * SHARED_ALLOWANCE } else { often }
    }

    /// What is counted.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// An address of the networks that the internet does not carry: as likely a gateway in a container or on the machine
/// beside this one as a caller.
fn is_beside(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;
    use axum::http::header;

    const HOUR: Hour = Hour::from_number(0);

    fn network(address: &str) -> Network {
        Network::around(address.parse().unwrap())
    }

    #[test]
    fn neighbours_share_a_network_and_strangers_do_not() {
        assert!(network("192.0.2.1") == network("192.0.2.200"));
        assert!(network("192.0.2.1") == network("::ffff:192.0.2.7"));
        assert!(network("192.0.2.1") != network("192.0.3.1"));
        assert!(network("2001:db8:0:1200::1") == network("2001:db8:0:12ff::9"));
        assert!(network("2001:db8:0:1200::1") != network("2001:db8:0:1300::1"));
    }

    #[test]
    fn a_header_is_believed_only_from_this_machine_and_only_when_it_is_named() {
        let name = HeaderName::from_static("x-real-ip");
        let mut headers = HeaderMap::new();
        headers.insert(&name, "198.51.100.9, 203.0.113.5".parse().unwrap());
        let from = |peer: &str, trusted: Option<&HeaderName>| {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
            Network::of(&extensions, &headers, trusted)
        };
        assert!(from("127.0.0.1", Some(&name)) == network("203.0.113.5"));
        assert!(from("::1", Some(&name)) == network("203.0.113.5"));
        assert!(from("192.0.2.1", Some(&name)) == network("192.0.2.1"));
        for unknown in [from("127.0.0.1", None), from("127.0.0.1", Some(&header::HOST))] {
            assert!(unknown == Network::everybodys() && unknown.allowance(10) == 200);
        }
        assert_eq!(from("192.0.2.1", None).allowance(10), 10);
        // A gateway in a container or on a machine beside this one stands for everybody too.
        for gateway in ["172.17.0.1", "10.0.0.2", "192.168.1.9", "::ffff:10.0.0.2", "fd00::1", "fe80::1"] {
            assert_eq!(from(gateway, Some(&name)).allowance(10), 200, "{gateway}");
        }
    }

    #[test]
    fn tries_are_counted_per_hour_and_forgotten_after() {
        let tally = Tally::default();
        let next = Hour::from_number(HOUR.number() + 1);
        assert_eq!(tally.tries(b"a", HOUR, &SystemDice), 0);
        assert_eq!(tally.add(b"a", HOUR, &SystemDice), 1);
        assert_eq!(tally.add(b"a", HOUR, &SystemDice), 2);
        assert_eq!(tally.tries(b"b", HOUR, &SystemDice), 0);
        let bucket = tally.with(HOUR, &SystemDice, |count| count.bucket(b"a"));
        assert_eq!(tally.tries(b"a", next, &SystemDice), 0);
        assert_ne!(tally.with(next, &SystemDice, |count| count.bucket(b"a")), bucket, "the key has changed");
    }

    #[test]
    fn a_flood_of_networks_takes_no_more_memory_and_harms_no_newcomer() {
        let tally = Tally::default();
        for number in 0..=MOST_BUCKETS {
            tally.add(&number.to_be_bytes(), HOUR, &SystemDice);
        }
        assert_eq!(tally.with(HOUR, &SystemDice, |count| count.tries.len()), MOST_BUCKETS);
        assert_eq!(tally.add(b"newcomer", HOUR, &SystemDice), 1);
        assert_eq!(tally.add(b"newcomer", HOUR, &SystemDice), 1);
        assert_eq!(tally.add(&0_usize.to_be_bytes(), HOUR, &SystemDice), 2);
    }

    #[tokio::test]
    async fn the_slow_lane_lets_one_through_after_each_pause_and_is_busy_when_full() {
        let lane = SlowLane::new(Duration::from_millis(20), 1);
        let began = tokio::time::Instant::now();
        let (one, other, third) = tokio::join!(lane.pass(), lane.pass(), lane.pass());
        assert_eq!((one, other, third), (Ok(()), Ok(()), Err(Crowded)));
        assert!(began.elapsed() >= Duration::from_millis(40));
    }
}
