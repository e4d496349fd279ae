#include "tests/service/auth/vectors.h"

#include <rapidjson/document.h>
#include <rapidjson/istreamwrapper.h>

#include <fstream>
#include <stdexcept>

namespace strongroom::auth {
namespace {

Vector parse(const rapidjson::Value& json) {
  Vector vector;
  vector.name = json["name"].GetString();
  vector.time = keys::TimePoint(std::chrono::seconds(json["time"].GetInt64()));
  vector.scope = {json["region"].GetString(), json["service"].GetString()};
  vector.accessKeyId = json["accessKeyId"].GetString();
  vector.secretAccessKey = json["secretAccessKey"].GetString();
  vector.request.method = json["method"].GetString();
  vector.request.path = json["path"].GetString();
  vector.request.query = json["query"].GetString();
  for (const auto& header : json["headers"].GetArray()) {
    vector.request.headers.push_back({header[0].GetString(), header[1].GetString()});
  }
  const std::string body = json["body"].GetString();
  vector.request.body.assign(body.begin(), body.end());
  return vector;
}

std::vector<Vector> load() {
  std::ifstream file(STRONGROOM_VECTORS_DIR "/sigv4.json");
  rapidjson::IStreamWrapper stream(file);
  rapidjson::Document document;
  document.ParseStream(stream);
  if (document.HasParseError() || !document.IsArray()) {
    throw std::runtime_error("cannot read " STRONGROOM_VECTORS_DIR "/sigv4.json");
  }
  std::vector<Vector> all;
  for (const auto& json : document.GetArray()) all.push_back(parse(json));
  return all;
}

}  // namespace

const std::vector<Vector>& vectors() {
  static const std::vector<Vector> all = load();
  return all;
}

}  // namespace strongroom::auth
