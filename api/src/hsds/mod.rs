//! `/hsds/…`: the stations as the Human Services Data Specification has them (HSDS 3.1, Open Referral), for other
//! directories and whoever reads them.
//!
//! [`routes()`] is the table, `wanted` reads parameters, `list` makes pages and lines. What an object says is decided in
//! `search::hsds`. Parameters are those of the specification: where it takes any text, a text that we can't read fits
//! nothing, and a page that can't be is the nearest that can. A parameter that it does not have is refused as everywhere here.

mod list;
mod wanted;

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use search::hsds::catalogue::{Catalogue, Of};
use search::hsds::{
    Detail, Entity, Mapping, Organization, Service, ServiceAtLocation, Taxonomy, TaxonomyTerm, Uuid, VERSION,
    Vocabulary,
};
use search::record::Station;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Query, Segment};
use crate::published::{Published, Release};
use crate::state::AppState;
use crate::stations::Nothing;
use list::PageOut;
use wanted::{
    Labelled, OfOrganizations, OfPlaces, OfServices, OfTerms, Offered, OrganizationIn, OrganizationsIn,
    Paged, PlacesIn, ServicesIn, TaxonomiesIn, TermsIn,
};

/// Finds the stations of a release by their identifiers and terms. Made when somebody first asks.
#[derive(Debug, Default)]
pub struct Directory(OnceLock<Catalogue>);

/// What this interface is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HsdsApi)]
pub struct Api {
    /// Of HSDS.
    pub version: &'static str,
    /// What is said of the data in words.
    #[schema(format = "uri")]
    pub profile: String,
    /// The description of this interface.
    #[schema(format = "uri")]
    pub openapi_url: String,
}

/// The release to answer from, with its directory. That is made away from the threads that answer: where there are the
/// stations of a country it takes a moment.
async fn ready(published: &Published) -> Arc<Release> {
    let release = published.current();
    if release.hsds.0.get().is_none() {
        let making = release.clone();
        let made = tokio::task::spawn_blocking(move || {
            Shelf(&making).catalogue();
        });
        // If that came to nothing the answer itself makes it.
        let _ = made.await;
    }
    release
}

/// A release as this interface sees it.
#[derive(Clone, Copy)]
struct Shelf<'a>(&'a Release);

impl<'a> Shelf<'a> {
    fn of(self) -> Of<'a> {
        let Release { bundle, stations, .. } = self.0;
        Of { site: &bundle.site, topics: &bundle.topics, index: stations }
    }

    fn catalogue(self) -> &'a Catalogue {
        self.0.hsds.0.get_or_init(|| Catalogue::new(self.of()))
    }

    fn mapping(self) -> Mapping<'a> {
        let Release { bundle, stations, .. } = self.0;
        let (site, topics, regions) = (&bundle.site, &bundle.topics, stations.regions());
        Mapping { site, regions, topics, with_terms: true }
    }

    fn find(self, id: &str, entity: Entity) -> Option<Station> {
        let found = self.catalogue().find(self.of(), Uuid::parse(id)?, entity)?;
        Some(self.0.stations.station(found))
    }

    /// An organization in full, with what it does: by name, or in full too.
    fn organization(self, station: &Station, full_service: bool) -> Organization {
        let mapping = self.mapping();
        let detail = if full_service { Detail::Full } else { Detail::Listed };
        // Who does it is said already.
        let service = Service { organization: None, ..mapping.service(station, detail) };
        Organization { services: vec![service], ..mapping.organization(station, Detail::Full) }
    }
}

/// The table. Lists answer `POST` as they answer `GET`: the specification has both.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(about))
        .route("/hsds", get(about))
        .routes(routes!(services))
        .route("/hsds/services", post(services))
        .routes(routes!(service))
        .routes(routes!(organizations))
        .route("/hsds/organizations", post(organizations))
        .routes(routes!(organization))
        .routes(routes!(service_at_locations))
        .route("/hsds/service_at_locations", post(service_at_locations))
        .routes(routes!(service_at_location))
        .routes(routes!(taxonomies))
        .route("/hsds/taxonomies", post(taxonomies))
        .routes(routes!(taxonomy))
        .routes(routes!(taxonomy_terms))
        .route("/hsds/taxonomy_terms", post(taxonomy_terms))
        .routes(routes!(taxonomy_term))
}

/// What this interface is, and of which version of HSDS.
#[utoipa::path(get, path = "/hsds/", tag = "HSDS", operation_id = "hsds_about",
    responses((status = 200, body = Api)))]
pub async fn about(State(published): State<Published>, Query(Nothing): Query<Nothing>) -> Answer<Api> {
    let release = published.current();
    let base = &release.bundle.site.base_url;
    Answer::public(Api {
        version: VERSION,
        profile: format!("{base}/data/#hsds-services"),
        openapi_url: format!("{base}/api/v1/openapi.json"),
    })
}

/// What stations do; of each what there is one of, or everything (`full`), or its name (`minimal`).
#[utoipa::path(get, path = "/hsds/services", tag = "HSDS", operation_id = "hsds_services", params(Paged, Labelled, Offered, OfServices),
    responses((status = 200, body = PageOut<Service>)))]
pub async fn services(State(published): State<Published>, Query(wanted): Query<ServicesIn>) -> Response {
    let ServicesIn { minimal, full, list } = wanted;
    let release = ready(&published).await;
    if minimal {
        return list::of_stations(release, list, |shelf, station| {
            Some(list::Minimal::new(shelf.mapping().service(station, Detail::Listed)))
        });
    }
    let detail = if full { Detail::Full } else { Detail::Listed };
    list::of_stations(release, list, move |shelf, station| Some(shelf.mapping().service(station, detail)))
}

/// What one station does, with all that belongs to it.
#[utoipa::path(get, path = "/hsds/services/{id}", tag = "HSDS", operation_id = "hsds_service",
    params(("id" = String, Path, description = "UUID")),
    responses((status = 200, body = Service), (status = 404, body = crate::error::Problem)))]
pub async fn service(
    State(published): State<Published>,
    Segment(id): Segment,
    Query(Nothing): Query<Nothing>,
) -> ApiResult<Answer<Service>> {
    let release = ready(&published).await;
    let shelf = Shelf(&release);
    let station = shelf.find(&id, Entity::Service).ok_or(ApiError::NotFound("这项服务"))?;
    Ok(Answer::public(shelf.mapping().service(&station, Detail::Full)))
}

/// Who helps.
#[utoipa::path(get, path = "/hsds/organizations", tag = "HSDS", operation_id = "hsds_organizations",
    params(Paged, Labelled, OfOrganizations), responses((status = 200, body = PageOut<Organization>)))]
pub async fn organizations(
    State(published): State<Published>,
    Query(wanted): Query<OrganizationsIn>,
) -> Response {
    let OrganizationsIn { full, full_service, list } = wanted;
    list::of_stations(ready(&published).await, list, move |shelf, station| {
        Some(match full || full_service {
            true => shelf.organization(station, full_service),
            false => shelf.mapping().organization(station, Detail::Listed),
        })
    })
}

/// Who helps, with all that belongs to it.
#[utoipa::path(get, path = "/hsds/organizations/{id}", tag = "HSDS", operation_id = "hsds_organization",
    params(("id" = String, Path, description = "UUID"), OrganizationIn),
    responses((status = 200, body = Organization), (status = 404, body = crate::error::Problem)))]
pub async fn organization(
    State(published): State<Published>,
    Segment(id): Segment,
    Query(wanted): Query<OrganizationIn>,
) -> ApiResult<Answer<Organization>> {
    let release = ready(&published).await;
    let shelf = Shelf(&release);
    let station = shelf.find(&id, Entity::Organization).ok_or(ApiError::NotFound("这个机构"))?;
    Ok(Answer::public(shelf.organization(&station, wanted.full_service)))
}

/// What stations do where they are; none whose place is not public.
#[utoipa::path(get, path = "/hsds/service_at_locations", tag = "HSDS", operation_id = "hsds_service_at_locations",
    params(Paged, Labelled, Offered, OfPlaces), responses((status = 200, body = PageOut<ServiceAtLocation>)))]
pub async fn service_at_locations(
    State(published): State<Published>,
    Query(wanted): Query<PlacesIn>,
) -> Response {
    let PlacesIn { full, list } = wanted;
    list::of_stations(ready(&published).await, list, move |shelf, station| {
        let mapping = shelf.mapping();
        if full {
            return mapping.service_at_location(station, Detail::Full);
        }
        let there = mapping.service_at_location(station, Detail::Listed)?;
        Some(ServiceAtLocation { service: Some(Box::new(mapping.service(station, Detail::Listed))), ..there })
    })
}

/// What one station does where it is, with all that belongs to it.
#[utoipa::path(get, path = "/hsds/service_at_locations/{id}", tag = "HSDS", operation_id = "hsds_service_at_location",
    params(("id" = String, Path, description = "UUID")),
    responses((status = 200, body = ServiceAtLocation), (status = 404, body = crate::error::Problem)))]
pub async fn service_at_location(
    State(published): State<Published>,
    Segment(id): Segment,
    Query(Nothing): Query<Nothing>,
) -> ApiResult<Answer<ServiceAtLocation>> {
    let release = ready(&published).await;
    let shelf = Shelf(&release);
    let station = shelf.find(&id, Entity::ServiceAtLocation);
    let there = station.and_then(|station| shelf.mapping().service_at_location(&station, Detail::Full));
    there.map(Answer::public).ok_or(ApiError::NotFound("这个地点的服务"))
}

/// Our vocabularies.
#[utoipa::path(get, path = "/hsds/taxonomies", tag = "HSDS", operation_id = "hsds_taxonomies", params(Paged),
    responses((status = 200, body = PageOut<Taxonomy>)))]
pub async fn taxonomies(Query(wanted): Query<TaxonomiesIn>) -> Response {
    let TaxonomiesIn { list } = wanted;
    let all = Vocabulary::ALL.map(Vocabulary::taxonomy).into_iter();
    let found = all.filter(|taxonomy| list.has_words([&taxonomy.name, &taxonomy.description, ""])).collect();
    list::of_words(found, list)
}

/// One of our vocabularies.
#[utoipa::path(get, path = "/hsds/taxonomies/{id}", tag = "HSDS", operation_id = "hsds_taxonomy",
    params(("id" = String, Path, description = "UUID")),
    responses((status = 200, body = Taxonomy), (status = 404, body = crate::error::Problem)))]
pub async fn taxonomy(Segment(id): Segment, Query(Nothing): Query<Nothing>) -> ApiResult<Answer<Taxonomy>> {
    let wanted = Uuid::parse(&id);
    let found = Vocabulary::ALL.into_iter().find(|vocabulary| Some(vocabulary.id()) == wanted);
    found.map(|vocabulary| Answer::public(vocabulary.taxonomy())).ok_or(ApiError::NotFound("这个分类"))
}

/// The words of our vocabularies.
#[utoipa::path(get, path = "/hsds/taxonomy_terms", tag = "HSDS", operation_id = "hsds_taxonomy_terms", params(Paged, OfTerms),
    responses((status = 200, body = PageOut<TaxonomyTerm>)))]
pub async fn taxonomy_terms(State(published): State<Published>, Query(wanted): Query<TermsIn>) -> Response {
    let TermsIn { has_parent, list } = wanted;
    let release = published.current();
    let fits = |term: &TaxonomyTerm| {
        list.wanted.taxonomy.is_none_or(|taxonomy| term.taxonomy_id == taxonomy)
            && list.has_words([&term.name, &term.code, &term.description])
    };
    let all = search::hsds::terms(&release.bundle.topics).into_iter();
    // No word is below another one.
    let found = if has_parent { Vec::new() } else { all.filter(fits).collect() };
    list::of_words(found, list)
}

/// A word of one of our vocabularies.
#[utoipa::path(get, path = "/hsds/taxonomy_terms/{id}", tag = "HSDS", operation_id = "hsds_taxonomy_term",
    params(("id" = String, Path, description = "UUID")),
    responses((status = 200, body = TaxonomyTerm), (status = 404, body = crate::error::Problem)))]
pub async fn taxonomy_term(
    State(published): State<Published>,
    Segment(id): Segment,
    Query(Nothing): Query<Nothing>,
) -> ApiResult<Answer<TaxonomyTerm>> {
    let (release, wanted) = (published.current(), Uuid::parse(&id));
    let in_vocabulary = |vocabulary: &Vocabulary| {
        let term =
            vocabulary.terms(&release.bundle.topics).into_iter().find(|term| Some(term.id) == wanted)?;
        Some(TaxonomyTerm { taxonomy_detail: Some(vocabulary.taxonomy()), ..term })
    };
    let found = Vocabulary::ALL.iter().find_map(in_vocabulary);
    found.map(Answer::public).ok_or(ApiError::NotFound("这个词"))
}
