#include "service/metrics.h"

#include <prometheus/text_serializer.h>

#include "service/hsm_metrics.h"
#include "service/server_metrics.h"

namespace strongroom::service {

namespace {

prometheus::Family<prometheus::Gauge>& gauge(prometheus::Registry& registry, const char* name,
                                             const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

prometheus::MetricFamily readiness(const Health::Report& report) {
  prometheus::ClientMetric metric;
  metric.gauge.value = report.ready ? 1 : 0;
  return {"strongroom_ready", "1 while /readyz says so.", prometheus::MetricType::Gauge, {metric}};
}

prometheus::MetricFamily answering(const Health::Report& report) {
  prometheus::MetricFamily family{"strongroom_token_answers",
                                  "1 while the token does what it is asked for.",
                                  prometheus::MetricType::Gauge,
                                  {}};
  for (const auto& [name, answers] : report.tokens) {
    prometheus::ClientMetric metric;
    metric.gauge.value = answers ? 1 : 0;
    metric.label.push_back({"token", std::string(name)});
    family.metric.push_back(std::move(metric));
  }
  return family;
}

}  // namespace

Metrics::Metrics(const keys::Tokens& tokens, const Health& health)
    : tokens_(tokens),
      health_(health),
      requests_(registry_),
      certificateNotAfter_(gauge(registry_, "strongroom_tls_certificate_not_after_seconds",
                                 "When the served certificate ends, in seconds since the epoch.")
                               .Add({})),
      leftovers_(gauge(registry_, "strongroom_leftovers",
                       "What crashes left behind, as found at the last start.")) {
  gauge(registry_, "strongroom_build_info", "Always 1; the version is the label.")
      .Add({{"version", STRONGROOM_VERSION}})
      .Set(1);
}

void Metrics::setLeftovers(const keys::Leftovers& leftovers) {
  const auto set = [this](const char* kind, std::size_t count) {
    leftovers_.Add({{"kind", kind}}).Set(static_cast<double>(count));
  };
  set("intent", leftovers.intents.size());
  set("stray-object", leftovers.strayObjects.size());
  set("missing-object", leftovers.missingObjects.size());
  set("out-of-reach", leftovers.outOfReach.size());
}

void Metrics::setCertificateNotAfter(std::chrono::system_clock::time_point end) {
  certificateNotAfter_.Set(static_cast<double>(std::chrono::system_clock::to_time_t(end)));
}

std::string Metrics::render() const {
  std::vector<prometheus::MetricFamily> families = registry_.Collect();
  std::vector<TokenStatistics> statistics;
  for (const keys::Token& token : tokens_.all()) {
    statistics.push_back({token.name(), token.hsm().statistics()});
  }
  for (prometheus::MetricFamily& family : describe(statistics))
    families.push_back(std::move(family));
  if (const http::Server* server = server_) {
    for (prometheus::MetricFamily& family : describe(server->statistics()))
      families.push_back(std::move(family));
  }
  const Health::Report report = health_.report();
  families.push_back(readiness(report));
  families.push_back(answering(report));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace strongroom::service
