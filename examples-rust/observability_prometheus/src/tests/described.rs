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
            "# HELP query_seconds Time that\\nqueries took. Unit: s",
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

#[test]
fn an_exponential_histogram_is_shown_with_bounds_that_cut_none_of_its_buckets() {
    use sochdb_plugin_sdk::{ExponentialBuckets, ExponentialHistogram};

    for (scale, offset, counts) in [(0, 0, &[2, 3, 0, 1][..]), (1, 1, &[2, 1, 2, 0, 0, 1]), (-1, -2, &[2, 0, 3, 1])] {
        let plugin = start("{}");
        plugin
            .attach(Metrics::new(move |visit| {
                let positive = ExponentialBuckets { offset, counts };
                let negative = ExponentialBuckets { offset: 5, counts: &[7] };
                let count = counts.iter().sum::<u64>() + 7 + 4;
                let histogram = ExponentialHistogram {
                    count,
                    sum: 1.5,
                    scale,
                    zero_count: 4,
                    positive,
                    negative,
                    ..Default::default()
                };
                visit(&Metric::new("spread", &[], MetricValue::Exponential(histogram)));
            }))
            .expect("it reads");
        let text = scrape(&plugin, "");
        let base = 2f64.powf(2f64.powi(-scale));
        for bound in [1.0, 4.0, 16.0, 64.0] {
            let at_most = (offset + 1..).zip(counts).filter(|(upper, _)| base.powi(*upper) <= bound * 1.000_001);
            let expected = 11 + at_most.map(|(_, count)| count).sum::<u64>();
            let line = format!("spread_bucket{{le=\"{bound:.1}\"}} {expected}");
            assert!(has(&text, &line), "scale {scale}: {line} is not in:\n{text}");
        }
        assert!(has(&text, "spread_sum{} 1.5"), "{text}");
    }
}
