//! Units, descriptions and chosen bounds, as a scrape shows them.

use super::*;

#[test]
fn a_scrape_shows_what_the_database_says_of_its_metrics() {
    let plugin = start("{}");
    let metrics = Metrics::new(|visit| {
        let of = |upper, count| Bucket { upper, count };
        let buckets = [of(0.1, 1), of(0.5, 0), of(f64::INFINITY, 2)];
        let histogram = MetricValue::Histogram { count: 3, sum: 4.0, buckets: &buckets };
        let seconds = Metric::new("query_seconds", &[], histogram).with_all_buckets();
        visit(&seconds.with_unit("s").with_description("Time that\nqueries took."));
        visit(&Metric::new("open", &[], MetricValue::UpDown(-2.0)).with_unit("{connection}"));
    });
    plugin.attach(metrics).expect("it reads");
    for accept in ["", "application/openmetrics-text"] {
        let text = scrape(&plugin, accept);
        for line in [
            "# HELP query_seconds Time that queries took. Unit: s",
            "query_seconds_bucket{le=\"0.1\"} 1",
            "query_seconds_bucket{le=\"0.5\"} 1",
            "query_seconds_bucket{le=\"+Inf\"} 3",
            "# HELP open The gauge open of the database. Unit: {connection}",
            "# TYPE open gauge",
            "open{} -2.0",
        ] {
            assert!(has(&text, line), "{line} is not in:\n{text}");
        }
    }
}
