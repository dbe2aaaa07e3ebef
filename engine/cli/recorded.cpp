#include "engine/cli/recorded.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>

#include "engine/json.h"
#include "engine/spelling.h"

namespace reeve::cli {

namespace {

using Json = nlohmann::ordered_json;
using Pointer = reeve::Document::Pointer;

// The map's reader: takes what it knows and reports the rest at its place.
struct MapReader {
    const reeve::Document& document;
    Errors errors;

    void fault(const Pointer& at, std::string message, bool key = false) {
        errors.push_back({"bad-map", std::move(message), key ? document.key_place(at) : document.place(at)});
    }
    bool text(const Json& value, const Pointer& at, std::string& into) {
        if (!value.is_string()) {
            fault(at, "expected text");
            return false;
        }
        into = value.get<std::string>();
        return true;
    }
    void unknown(const Pointer& at, const std::string& key, const std::string& known) {
        fault(at, fmt::format("there is no \"{}\" here; known are {}", key, known), true);
    }
    void deed(const Json& value, const Pointer& at, Deed& into) {
        if (value == "start" || value == "ignore") {
            into.kind = value == "start" ? Deed::Kind::start : Deed::Kind::ignore;
            return;
        }
        if (!value.is_object())
            return fault(
                at, R"(expected "start", "ignore", or an object with "act", "task", "message" or "start")");
        int kinds = 0;
        for (const auto& [key, item] : value.items()) {
            const auto here = at / key;
            auto kind = [&](Deed::Kind k) {
                ++kinds;
                into.kind = k;
                text(item, here, into.name);
            };
            if (key == "act") {
                kind(Deed::Kind::act);
            } else if (key == "task") {
                kind(Deed::Kind::task);
            } else if (key == "message") {
                kind(Deed::Kind::message);
            } else if (key == "start") {
                ++kinds;
                into.kind = Deed::Kind::start;
                if (item != true) fault(here, "expected true");
            } else if (key == "stage") {
                text(item, here, into.stage);
            } else if (key == "actor") {
                text(item, here, into.actor);
            } else if (key == "reason") {
                text(item, here, into.reason);
            } else if (key == "document") {
                text(item, here, into.documents.emplace_back());
            } else if (key == "data") {
                if (!item.is_object()) fault(here, "expected an object of fields");
                into.data = item;
            } else {
                unknown(here, key, "act, task, message, start, stage, actor, reason, document, data");
            }
        }
        if (kinds != 1)
            fault(at, "an activity does exactly one thing: start, act, task, message, or \"ignore\"");
    }
};

}  // namespace

std::expected<PlayMap, Errors> load_map(const std::string& path) {
    auto document = load_json(path);
    if (!document) return std::unexpected(Errors{document.error()});
    MapReader reader{*document, {}};
    PlayMap map;
    map.name = path;
    std::string until, until_place;
    if (!document->value.is_object()) {
        reader.fault(Pointer(), "expected an object");
        return std::unexpected(reader.errors);
    }
    for (const auto& [key, value] : document->value.items()) {
        const auto at = Pointer() / key;
        if (key == "columns") {
            if (!value.is_object()) {
                reader.fault(at, "expected an object such as {\"case\": \"id\"}");
                continue;
            }
            for (const auto& [column, item] : value.items()) {
                if (column == "case") {
                    reader.text(item, at / column, map.case_column);
                } else if (column == "activity") {
                    reader.text(item, at / column, map.activity_column);
                } else if (column == "timestamp") {
                    reader.text(item, at / column, map.time_column);
                } else {
                    reader.unknown(at / column, column, "case, activity, timestamp");
                }
            }
        } else if (key == "zone") {
            reader.text(value, at, map.zone);
        } else if (key == "organisation") {
            if (reader.text(value, at, map.organisation))
                map.organisation = (std::filesystem::path(path).parent_path() / map.organisation)
                                       .lexically_normal()
                                       .string();
        } else if (key == "unit") {
            reader.text(value, at, map.unit);
        } else if (key == "actor") {
            reader.text(value, at, map.actor);
        } else if (key == "until") {
            reader.text(value, at, until);
            until_place = document->place(at);
        } else if (key == "activities") {
            if (!value.is_object())
                reader.fault(at, "expected an object: each activity and what it does");
            else
                for (const auto& [activity, deeds] : value.items()) {
                    auto& into = map.activities[activity];
                    if (!deeds.is_array())
                        reader.deed(deeds, at / activity, into.emplace_back());
                    else
                        for (std::size_t i = 0; i < deeds.size(); ++i)
                            reader.deed(deeds[i], at / activity / i, into.emplace_back());
                }
        } else {
            reader.unknown(at, key, "columns, zone, organisation, unit, actor, until, activities");
        }
    }
    if (!until.empty()) {
        auto instant = time::parse_instant(until, *time::elapsed_calendar(map.zone));
        if (instant)
            map.until = *instant;
        else
            reader.errors.push_back({instant.error().code, instant.error().message, until_place});
    }
    if (!reader.errors.empty()) return std::unexpected(std::move(reader.errors));
    return map;
}

namespace {

// Rows of a CSV text, plain or gzip (zlib reads both). Quoted fields may hold commas, quotes and line ends.
class Rows {
  public:
    explicit Rows(const std::string& path) : file_(gzopen(path.c_str(), "rb")) {
        if (file_) gzbuffer(file_, 1 << 17);
    }
    ~Rows() {
        if (file_) gzclose(file_);
    }
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    bool good() const { return file_ != nullptr; }
    bool broken() const {
        int code = Z_OK;
        gzerror(file_, &code);
        return code != Z_OK && code != Z_STREAM_END;
    }
    std::size_t line() const { return line_; }  // on which the row that was read last began

    bool read(std::vector<std::string>& fields) {
        fields.assign(1, "");
        line_ = next_line_;
        bool quoted = false, any = false;
        for (int c; (c = gzgetc(file_)) != -1;) {
            any = true;
            if (c == '\n') ++next_line_;
            if (quoted) {
                if (c != '"') {
                    fields.back() += static_cast<char>(c);
                } else if (const int after = gzgetc(file_); after == '"') {
                    fields.back() += '"';
                } else {
                    quoted = false;
                    if (after != -1) gzungetc(after, file_);
                }
            } else if (c == '"' && fields.back().empty()) {
                quoted = true;
            } else if (c == ',') {
                fields.emplace_back();
            } else if (c == '\n') {
                return true;
            } else if (c != '\r') {
                fields.back() += static_cast<char>(c);
            }
        }
        return any;
    }

  private:
    gzFile file_;
    std::size_t line_ = 1, next_line_ = 1;
};

}  // namespace

Result<std::vector<Milestone>> read_milestones(const std::string& path, const PlayMap& map) {
    if (!may_be_read(path)) return refuse("no-file", "cannot read the record " + path, path);
    Rows rows(path);
    if (!rows.good()) return refuse("no-file", "cannot read the record " + path, path);
    std::vector<std::string> fields;
    const auto damaged = [&] {
        return refuse("bad-csv", "the file is damaged: its gzip stream cannot be read to the end", path);
    };
    if (!rows.read(fields)) {
        if (rows.broken()) return damaged();
        return refuse("bad-csv", "the record is empty; expected a header", path + ":1");
    }
    if (fields[0].starts_with("\xEF\xBB\xBF")) fields[0].erase(0, 3);
    const auto header = fields;
    auto column = [&](const std::string& name) -> Result<std::size_t> {
        auto it = std::find(header.begin(), header.end(), name);
        if (it == header.end())
            return refuse(
                "bad-csv",
                fmt::format("there is no column \"{}\"; there are {} (a map's \"columns\" names them)", name,
                            fmt::join(header, ", ")),
                path + ":1");
        return static_cast<std::size_t>(it - header.begin());
    };
    const auto case_column = column(map.case_column), activity_column = column(map.activity_column),
               time_column = column(map.time_column);
    for (const auto* c : {&case_column, &activity_column, &time_column})
        if (!*c) return std::unexpected(c->error());
    const auto calendar = time::elapsed_calendar(map.zone);
    std::vector<Milestone> milestones;
    while (rows.read(fields)) {
        const auto place = fmt::format("{}:{}", path, rows.line());
        if (fields.size() == 1 && fields[0].empty()) continue;
        for (const auto& field : fields)
            if (bad_utf8(field) != std::string::npos)
                return refuse("bad-utf8", "this line is not UTF-8; save the record as UTF-8", place);
        if (fields.size() != header.size())
            return refuse(
                "bad-csv",
                fmt::format("expected {} fields as in the header, found {}", header.size(), fields.size()),
                place);
        auto at = time::parse_instant(fields[*time_column], *calendar);
        if (!at) return refuse(at.error().code, at.error().message, place);
        milestones.push_back({fields[*case_column], fields[*activity_column], *at, rows.line()});
    }
    if (rows.broken()) return damaged();
    std::stable_sort(milestones.begin(), milestones.end(),
                     [](const Milestone& a, const Milestone& b) { return a.at < b.at; });
    return milestones;
}

}  // namespace reeve::cli
