//! The shapes of marks: one for each kind of station, told apart without colour and with a number inside.

use search::vocabulary::StationKind;
use serde::Serialize;

/// How far a mark reaches from its middle.
pub(super) const RADIUS: f64 = 11.0;

/// What the legend says of a shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::render) struct Sign {
    /// The anchor of the shape in the picture.
    pub(in crate::render) shape: String,
    /// What it stands for.
    pub(in crate::render) words: String,
}

/// What a mark stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// Stations of one kind.
    Kind(StationKind),
    /// Stations of several kinds.
    Mixed,
    /// The seat of a township, or a village, by its name.
    Seat,
    /// A station that counts, among villages.
    Station,
    /// A village within half an hour.
    Near,
    /// A village within an hour.
    Middling,
    /// A village beyond an hour.
    Far,
}

impl Shape {
    /// Its anchor in the picture.
    pub(super) fn id(self) -> String {
        match self {
            Self::Kind(kind) => format!("k-{}", kind.code()),
            Self::Mixed => "k-mixed".to_owned(),
            Self::Seat => "k-seat".to_owned(),
            Self::Station => "k-station".to_owned(),
            Self::Near => "k-near".to_owned(),
            Self::Middling => "k-middling".to_owned(),
            Self::Far => "k-far".to_owned(),
        }
    }

    /// What the legend says of it. `seat`: what is drawn as one.
    pub(super) fn sign(self, seat: &str) -> Sign {
        let words = match self {
            Self::Kind(kind) => kind.chinese(),
            Self::Mixed => "这里有几种站点",
            Self::Seat => seat,
            Self::Station => "站点",
            Self::Near => "30 分钟以内的村",
            Self::Middling => "60 分钟以内的村",
            Self::Far => "超过 60 分钟的村",
        };
        Sign { shape: self.id(), words: words.to_owned() }
    }

    /// Its outline around (0, 0), and its class.
    pub(super) fn path(self) -> (&'static str, &'static str) {
        let outline = match self {
            Self::Kind(StationKind::RightsStation) => "M-10 0a10 10 0 1 1 20 0a10 10 0 1 1-20 0z",
            Self::Kind(StationKind::LegalAid) => "M-9-9h18v18h-18z",
            Self::Kind(StationKind::Mediation) => "M0-12L12 0 0 12-12 0z",
            Self::Kind(StationKind::ComplaintCenter) => "M0-12L12 9h-24z",
            Self::Kind(StationKind::InjuryIdentification) => "M-5-11h10v6h6v10h-6v6h-10v-6h-6v-10h6z",
            Self::Kind(StationKind::Shelter) => "M-9 9v-13L0-11 9-4v13z",
            Self::Kind(StationKind::FamilyCenter) => "M-6-10h12L12 0 6 10h-12L-12 0z",
            Self::Kind(StationKind::CourtWindow) => "M-12 9L-7-9h14L12 9z",
            Self::Kind(StationKind::Police) => "M-9-10h18v11Q9 8 0 12-9 8-9 1z",
            Self::Kind(StationKind::FeedbackPoint) => "M-10-9h20v14h-8l-5 6v-6h-7z",
            Self::Mixed => {
                "M-11 0a11 11 0 1 1 22 0a11 11 0 1 1-22 0zM-8.5 0a8.5 8.5 0 1 1 17 0a8.5 8.5 0 1 1-17 0z"
            }
            Self::Seat => "M-3-3h6v6h-6z",
            Self::Station => "M0-7L7 0 0 7-7 0z",
            Self::Near => "M-2.2 0a2.2 2.2 0 1 1 4.4 0a2.2 2.2 0 1 1-4.4 0z",
            Self::Middling => "M-3.6 0a3.6 3.6 0 1 1 7.2 0a3.6 3.6 0 1 1-7.2 0z",
            Self::Far => "M-4-4l8 8m0-8l-8 8",
        };
        let class = match self {
            Self::Kind(_) | Self::Mixed | Self::Middling | Self::Seat | Self::Station => "k",
            Self::Near => "d",
            Self::Far => "x",
        };
        (outline, class)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_shape_of_its_own() {
        let shapes = StationKind::ALL.iter().map(|kind| Shape::Kind(*kind));
        let all: Vec<Shape> = shapes
            .chain([Shape::Mixed, Shape::Seat, Shape::Station, Shape::Near, Shape::Middling, Shape::Far])
            .collect();
        let different: BTreeSet<_> = all.iter().map(|shape| (shape.path().0, shape.id())).collect();
        let outlines: BTreeSet<_> = all.iter().map(|shape| shape.path().0).collect();
        assert_eq!((different.len(), outlines.len()), (all.len(), all.len()));
    }
}
