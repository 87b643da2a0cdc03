#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace epics_ioc {

/// The words of a database file that matter to who reads ahead of base, split as by its dbLex.l.
class DatabaseTokens {
 public:
  /// Start on the next line, macros expanded.
  void begin(const std::string& line);

  /// Take in one token of the line. @returns false at its end, where a comment begins too
  bool next();

  /// Whether the tokens so far end with these: s a string, R record or grecord, A alias, F field or info, I
  /// include, P path, D addpath, k another keyword, else punctuation.
  bool endsWith(const char* kinds) const;

  /// Text of one of the last tokens, 0 for the last.
  const std::string& text(std::size_t back) const { return texts_[texts_.size() - 1 - back]; }

  /// How far the line is read.
  std::size_t position() const { return at_; }

  /// Whether base has given up: it still parses the line, but reads no other.
  bool isInvalid() const { return is_invalid_; }

 private:
  void add(char kind, std::string text);
  void addValue(char kind);
  std::size_t endOfQuoted() const;
  void refuse(std::size_t end);

  std::string line_;
  std::size_t at_ = 0;
  std::string kinds_;
  std::vector<std::string> texts_;
  bool is_value_ = false;
  int value_depth_ = 0;
  bool is_invalid_ = false;
};

}  // namespace epics_ioc
