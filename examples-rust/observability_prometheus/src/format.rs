//! The formats that a scraper may ask for.

/// A format of the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Prometheus' text, for everybody who asks for none of the others.
    Plain,
    OpenMetrics,
    /// Prometheus' messages, each after its length: only these have native histograms.
    Protobuf,
}

impl Format {
    /// The one that an `Accept` header prefers, the first of equals.
    pub(crate) fn of(accept: &str) -> Self {
        let mut best = (0.0, Self::Plain);
        for range in accept.to_ascii_lowercase().split(',') {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default();
            let parameters: Vec<&str> = parts.collect();
            let format = match kind {
                "application/vnd.google.protobuf"
                    if parameters.contains(&"proto=io.prometheus.client.metricfamily")
                        && parameters.contains(&"encoding=delimited") =>
                {
                    Self::Protobuf
                }
                "application/openmetrics-text" => Self::OpenMetrics,
                "text/plain" | "text/*" | "*/*" => Self::Plain,
                _ => continue,
            };
            let quality = parameters.iter().find_map(|parameter| parameter.strip_prefix("q=")?.parse().ok());
            let quality: f32 = quality.unwrap_or(1.0);
            if quality > best.0 {
                best = (quality, format);
            }
        }
        best.1
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Plain => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Protobuf => {
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn the_preferred_one_is_taken() {
        const PROTOBUF: &str =
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
        // Of Prometheus 2.42, with native histograms and without.
        const TEXTS: &str = "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;\
                             version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        let cases = [
            (format!("{PROTOBUF},{TEXTS}"), Format::Protobuf),
            (TEXTS.to_owned(), Format::OpenMetrics),
            (format!("{PROTOBUF};q=0.5, {TEXTS}"), Format::OpenMetrics),
            (format!("{PROTOBUF};q=0, text/html"), Format::Plain),
            ("application/vnd.google.protobuf;encoding=text".to_owned(), Format::Plain),
            ("text/html, Application/OpenMetrics-Text; Q=0.9".to_owned(), Format::OpenMetrics),
            ("*/*".to_owned(), Format::Plain),
            (String::new(), Format::Plain),
        ];
        for (accept, format) in cases {
            assert_eq!(Format::of(&accept), format, "{accept}");
        }
    }
}
