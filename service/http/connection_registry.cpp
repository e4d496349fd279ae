#include "service/http/connection_registry.h"

#include <algorithm>
#include <vector>

namespace strongroom::http {

std::size_t ConnectionRegistry::ofClient(const std::string& client) const {
  const auto found = clients_.find(client);
  return found == clients_.end() ? 0 : found->second;
}

bool ConnectionRegistry::mayCome(const std::string& client) {
  const std::size_t already = ofClient(client);
  const bool clientMay =
      already <= limits_.perClient || already - limits_.perClient < limits_.crowd;
  const bool full = static_cast<std::size_t>(alive_.load()) >= limits_.connections + limits_.crowd;
  const Strangers& all = shaking_.empty() ? strangers_ : shaking_;
  const bool evicts = full && clientMay && !draining_ && !all.empty();
  if (evicts) all.begin()->second->end();
  const bool may = clientMay && !draining_ && (!full || evicts);
  const std::lock_guard lock(mutex_);
  if (evicts) ++counters_.evicted;
  if (!may) ++counters_.refused;
  return may;
}

void ConnectionRegistry::add(std::shared_ptr<Connection> connection) {
  ++clients_[connection->client()];
  const Connection* key = connection.get();
  connections_.emplace(key, std::move(connection));
  const std::lock_guard lock(mutex_);
  counters_.open = connections_.size();
  ++counters_.accepted;
}

void ConnectionRegistry::remove(Connection& connection) {
  const auto client = clients_.find(connection.client());
  if (--client->second == 0) clients_.erase(client);
  connections_.erase(&connection);
  const std::lock_guard lock(mutex_);
  counters_.open = connections_.size();
  if (connections_.empty()) empty_.notify_all();
}

bool ConnectionRegistry::makeRoom(const Connection& newcomer) {
  if (ofClient(newcomer.client()) > limits_.perClient) return false;
  if (serving_ <= static_cast<std::int64_t>(limits_.connections)) return true;
  const auto longest = std::ranges::find_if(
      strangers_, [&](const auto& stranger) { return stranger.second != &newcomer; });
  if (longest == strangers_.end()) return false;
  longest->second->makeWay();
  const std::lock_guard lock(mutex_);
  ++counters_.evicted;
  return true;
}

void ConnectionRegistry::countRefused() {
  const std::lock_guard lock(mutex_);
  ++counters_.refused;
}

void ConnectionRegistry::noteStranger(Connection& connection) {
  if (connection.strangerSince() == Connection::Clock::time_point::max()) return;
  strangersLike(connection).insert({connection.strangerSince(), &connection});
}

void ConnectionRegistry::forgetStranger(Connection& connection) {
  strangersLike(connection).erase({connection.strangerSince(), &connection});
}

void ConnectionRegistry::drain() {
  draining_ = true;
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->drain();
}

void ConnectionRegistry::cut() {
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->end();
}

bool ConnectionRegistry::awaitEmpty(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return empty_.wait_until(lock, deadline, [this] { return counters_.open == 0; });
}

ConnectionRegistry::Counters ConnectionRegistry::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace strongroom::http
