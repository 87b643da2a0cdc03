#include "database_tokens.h"

#include <map>
#include <utility>

namespace epics_ioc {
namespace {

constexpr std::size_t kLongestPattern = 6;
constexpr const char* kAlphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

char kindOf(const std::string& word) {
  static const std::map<std::string, char> keywords = {
      {"record", 'R'},     {"grecord", 'R'},  {"alias", 'A'},   {"field", 'F'}, {"info", 'F'},
      {"include", 'I'},    {"path", 'P'},     {"addpath", 'D'}, {"menu", 'k'},  {"choice", 'k'},
      {"recordtype", 'k'}, {"device", 'k'},   {"driver", 'k'},  {"link", 'k'},  {"breaktable", 'k'},
      {"registrar", 'k'},  {"function", 'k'}, {"variable", 'k'}};
  const auto keyword = keywords.find(word);
  return keyword == keywords.end() ? 's' : keyword->second;
}

}  // namespace

void DatabaseTokens::begin(const std::string& line) {
  line_ = line;
  at_ = 0;
}

bool DatabaseTokens::next() {
  static const std::string bare = std::string(kAlphanumeric) + "_-+:.[]<>;";
  static const std::string bare_value = std::string(kAlphanumeric) + "_-+.";
  for (;;) {
    at_ = line_.find_first_not_of(" \t\r\n", at_);
    if (at_ == std::string::npos) at_ = line_.size();
    if (at_ == line_.size() || line_[at_] == '#') return false;
    if (!is_value_ && line_[at_] == '%') {
      // C code, to the end of the line.
      at_ = line_.size();
      return false;
    }
    const char first = line_[at_];
    if (first == '"' || (is_value_ && first == '\'')) {
      const std::size_t end = endOfQuoted();
      if (end != std::string::npos) {
        const std::string text = line_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        add('s', text);
        return true;
      }
      // In a value base takes the rest for words.
      refuse(is_value_ ? at_ + 1 : line_.size());
      continue;
    }
    std::size_t end = line_.find_first_not_of(is_value_ ? bare_value : bare, at_);
    if (end == std::string::npos) end = line_.size();
    if (end > at_) {
      const std::string word = line_.substr(at_, end - at_);
      at_ = end;
      add(is_value_ ? 's' : kindOf(word), word);
      return true;
    }
    const std::string punctuation = is_value_ ? ":,[]{}" : "{}(),";
    if (punctuation.find(first) != std::string::npos) {
      ++at_;
      add(first, std::string(1, first));
      return true;
    }
    refuse(at_ + 1);
  }
}

bool DatabaseTokens::endsWith(const char* kinds) const {
  const std::string wanted = kinds;
  return kinds_.size() >= wanted.size() &&
         kinds_.compare(kinds_.size() - wanted.size(), wanted.size(), wanted) == 0;
}

void DatabaseTokens::add(char kind, std::string text) {
  if (kinds_.size() == kLongestPattern) {
    kinds_.erase(kinds_.begin());
    texts_.erase(texts_.begin());
  }
  kinds_ += kind;
  texts_.push_back(std::move(text));
  if (is_value_) {
    addValue(kind);
  } else if (endsWith("F(s,")) {
    is_value_ = true;
    value_depth_ = 0;
  }
}

void DatabaseTokens::addValue(char kind) {
  if (kind == '{' || kind == '[') ++value_depth_;
  if (kind == '}' || kind == ']') --value_depth_;
  is_value_ = value_depth_ > 0;
}

std::size_t DatabaseTokens::endOfQuoted() const {
  for (std::size_t at = at_ + 1; at < line_.size() && line_[at] != '\n'; ++at) {
    if (line_[at] == line_[at_]) return at;
    if (line_[at] == '\\') ++at;
  }
  return std::string::npos;
}

void DatabaseTokens::refuse(std::size_t end) {
  is_invalid_ = true;
  at_ = end;
}

}  // namespace epics_ioc
