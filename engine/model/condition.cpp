#include "engine/model/condition.h"

#include <lua.hpp>

#include <cstring>

#include "engine/model/model.h"

namespace reeve::model {
namespace {

constexpr int max_steps = 10'000;
constexpr std::size_t max_bytes = std::size_t{1} << 20;  // beyond the data itself
// Of all texts that it builds on the way, those it has dropped too: a step that joins two texts takes as long
// as they are, so that the steps alone bound no work.
constexpr std::size_t max_built = std::size_t{16} << 20;
constexpr std::size_t max_cached = 2'000;  // compiled expressions a thread keeps

// What the allocator knows; the limits are raised while the data is handed over, which is not the condition's
// doing.
struct Memory {
    std::size_t used = 0, limit = SIZE_MAX;
    std::size_t built = 0, built_limit = SIZE_MAX;

    bool built_too_much() const { return built > built_limit; }
};

void* allocate(void* user, void* block, std::size_t old_size, std::size_t new_size) {
    auto& memory = *static_cast<Memory*>(user);
    std::size_t before = block ? old_size : 0;
    if (new_size == 0) {
        memory.used -= before;
        std::free(block);
        return nullptr;
    }
    if (new_size > before) {
        memory.built += new_size;
        if (memory.built_too_much() || memory.used - before + new_size > memory.limit) return nullptr;
    }
    void* out = std::realloc(block, new_size);
    if (out) memory.used = memory.used - before + new_size;
    return out;
}

void too_long(lua_State* lua, lua_Debug*) { luaL_error(lua, "it took more than %d steps", max_steps); }

// What follows runs inside lua_pcall, where a Lua error jumps past C++ destructors: no local may own memory.
void push(lua_State* lua, const Json& value) {
    luaL_checkstack(lua, 4, "the data is nested too deep");
    switch (value.type()) {
        case Json::value_t::boolean: lua_pushboolean(lua, value.get<bool>()); break;
        case Json::value_t::number_integer: lua_pushinteger(lua, value.get<std::int64_t>()); break;
        case Json::value_t::number_unsigned: {
            auto number = value.get<std::uint64_t>();
            if (number <= INT64_MAX)
                lua_pushinteger(lua, static_cast<lua_Integer>(number));
            else
                lua_pushnumber(lua, static_cast<double>(number));
            break;
        }
        case Json::value_t::number_float: lua_pushnumber(lua, value.get<double>()); break;
        case Json::value_t::string: {
            const auto& text = value.get_ref<const std::string&>();
            lua_pushlstring(lua, text.data(), text.size());
            break;
        }
        case Json::value_t::array: {
            lua_createtable(lua, static_cast<int>(value.size()), 0);
            lua_Integer index = 0;
            for (auto it = value.begin(); it != value.end(); ++it) {
                push(lua, *it);
                lua_rawseti(lua, -2, ++index);
            }
            break;
        }
        case Json::value_t::object: {
            lua_createtable(lua, 0, static_cast<int>(value.size()));
            for (auto it = value.begin(); it != value.end(); ++it) {
                lua_pushlstring(lua, it.key().data(), it.key().size());
                push(lua, *it);
                lua_rawset(lua, -3);
            }
            break;
        }
        default: lua_pushnil(lua);
    }
}

int contains(lua_State* lua) {
    std::size_t size = 0, part_size = 0;
    const char* text = luaL_checklstring(lua, 1, &size);
    const char* part = luaL_checklstring(lua, 2, &part_size);
    // In the time of reading both once, whatever they are: find() takes the product of their lengths.
    lua_pushboolean(lua, memmem(text, size, part, part_size) != nullptr);
    return 1;
}
int starts_with(lua_State* lua) {
    std::size_t size = 0, part_size = 0;
    const char* text = luaL_checklstring(lua, 1, &size);
    const char* part = luaL_checklstring(lua, 2, &part_size);
    lua_pushboolean(lua, std::string_view(text, size).starts_with(std::string_view(part, part_size)));
    return 1;
}
int ends_with(lua_State* lua) {
    std::size_t size = 0, part_size = 0;
    const char* text = luaL_checklstring(lua, 1, &size);
    const char* part = luaL_checklstring(lua, 2, &part_size);
    lua_pushboolean(lua, std::string_view(text, size).ends_with(std::string_view(part, part_size)));
    return 1;
}

void copy_functions(lua_State* lua, std::initializer_list<const char*> names) {  // from the library on top
    lua_newtable(lua);
    for (const char* name : names) {
        lua_getfield(lua, -2, name);
        lua_setfield(lua, -2, name);
    }
    lua_remove(lua, -2);
}

int prepare(lua_State* lua) {
    lua_newtable(lua);  // the environment
    luaL_requiref(lua, "string", luaopen_string, 0);
    copy_functions(lua, {"lower", "upper", "len", "sub"});
    // Texts' methods: the same few, and none of the arithmetic that turns "5" + 1 into 6.
    lua_pushliteral(lua, "");
    lua_newtable(lua);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
    lua_pop(lua, 1);
    lua_setfield(lua, -2, "string");
    luaL_requiref(lua, "math", luaopen_math, 0);
    copy_functions(lua, {"abs", "ceil", "floor", "max", "min", "fmod", "tointeger", "type", "ult", "sqrt",
                         "huge", "maxinteger", "mininteger", "pi"});
    lua_setfield(lua, -2, "math");
    luaL_requiref(lua, LUA_GNAME, luaopen_base, 0);
    lua_getfield(lua, -1, "tonumber");
    lua_setfield(lua, -3, "tonumber");
    lua_pop(lua, 1);
    lua_pushcfunction(lua, contains);
    lua_setfield(lua, -2, "contains");
    lua_pushcfunction(lua, starts_with);
    lua_setfield(lua, -2, "starts_with");
    lua_pushcfunction(lua, ends_with);
    lua_setfield(lua, -2, "ends_with");
    // The libraries themselves are forgotten.
    lua_pushnil(lua);
    lua_setfield(lua, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_newtable(lua);
    lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, LUA_REGISTRYINDEX, "environment");
    return 1;
}

struct Call {
    int chunk;
    const Json *data, *facts;
    Memory* memory;
};

int call(lua_State* lua) {
    auto& c = *static_cast<Call*>(lua_touserdata(lua, 1));
    lua_getfield(lua, LUA_REGISTRYINDEX, "environment");
    push(lua, *c.data);
    lua_setfield(lua, -2, "data");
    push(lua, *c.facts);
    lua_setfield(lua, -2, "case");
    lua_pop(lua, 1);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, c.chunk);
    lua_gc(lua, LUA_GCCOLLECT);
    c.memory->limit = c.memory->used + max_bytes;
    c.memory->built = 0;
    c.memory->built_limit = max_built;
    lua_sethook(lua, too_long, LUA_MASKCOUNT, max_steps);
    lua_call(lua, 0, 1);
    return 1;
}

class Sandbox {
  public:
    Sandbox() {
        lua_ = lua_newstate(allocate, &memory_);
        if (!lua_) throw std::bad_alloc();
        lua_pushcfunction(lua_, prepare);
        if (lua_pcall(lua_, 0, 0, 0) != LUA_OK)
            throw std::runtime_error("the condition sandbox does not start");
    }
    ~Sandbox() { lua_close(lua_); }
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    // Reads the expression; on success its compiled form is kept. The message is Lua's own.
    std::optional<std::string> read(const std::string& expression) {
        if (chunks_.contains(expression)) return std::nullopt;
        // A newline closes a comment; the brackets keep it one expression.
        for (const auto& text : {"return (" + expression + "\n)", "return " + expression}) {
            if (luaL_loadbufferx(lua_, text.data(), text.size(), "=condition", "t") != LUA_OK) {
                std::string message = lua_tostring(lua_, -1);
                lua_settop(lua_, 0);
                return message;
            }
            lua_settop(lua_, 1);
        }
        if (chunks_.size() >= max_cached) {
            for (const auto& [text, chunk] : chunks_) luaL_unref(lua_, LUA_REGISTRYINDEX, chunk);
            chunks_.clear();
        }
        lua_getfield(lua_, LUA_REGISTRYINDEX, "environment");
        lua_setupvalue(lua_, 1, 1);
        chunks_.emplace(expression, luaL_ref(lua_, LUA_REGISTRYINDEX));
        return std::nullopt;
    }

    Result<bool> run(const std::string& expression, const Json& data, const Json& facts) {
        auto fail = [&](std::string why) {
            return refuse("condition-failed",
                          fmt::format("the condition {} failed: {}", in_quotes(expression), why));
        };
        if (auto message = read(expression)) return fail(*message);
        Call arguments{chunks_.at(expression), &data, &facts, &memory_};
        lua_pushcfunction(lua_, call);
        lua_pushlightuserdata(lua_, &arguments);
        int status = lua_pcall(lua_, 1, 1, 0);
        const bool built_too_much = memory_.built_too_much();
        memory_.limit = memory_.built_limit = SIZE_MAX;
        lua_sethook(lua_, nullptr, 0, 0);
        int type = lua_type(lua_, -1);
        bool holds = lua_toboolean(lua_, -1);
        std::string message = status != LUA_OK && type == LUA_TSTRING ? lua_tostring(lua_, -1) : "";
        lua_settop(lua_, 0);
        if (status == LUA_ERRMEM && built_too_much)
            return fail("it built more than 16 MiB of text on the way");
        if (status == LUA_ERRMEM) return fail("it took more than 1 MiB of memory");
        if (status != LUA_OK)
            return fail(message.starts_with("condition:1: ") ? message.substr(13) : message);
        if (type != LUA_TBOOLEAN && type != LUA_TNIL)
            return fail(fmt::format("it gave a {}; a condition is true or false", lua_typename(lua_, type)));
        return holds;
    }

  private:
    Memory memory_;
    lua_State* lua_ = nullptr;
    std::unordered_map<std::string, int> chunks_;
};

Sandbox& sandbox() {
    thread_local Sandbox own;
    return own;
}

}  // namespace

std::optional<ConditionFault> compile_condition(const std::string& expression) {
    auto message = sandbox().read(expression);
    if (!message) return std::nullopt;
    auto text = *message;
    for (std::string_view chunk = "condition:"; text.starts_with(chunk);)
        text = text.substr(std::min(text.size(), text.find(": ") + 2));
    // What other languages write.
    for (const auto& [slip, right] :
         {std::pair{"=>", ">="}, {"=<", "<="}, {"!=", "~="}, {"&&", "and"}, {"||", "or"}})
        if (expression.find(slip) != std::string::npos)
            text += std::string("; write \"") + right + "\" instead of \"" + slip + '"';
    return ConditionFault{"bad-condition",
                          "the condition does not compile: " + text +
                              "; it should be one Lua expression, e.g. \"data.persons >= 5\""};
}

Result<bool> evaluate_condition(const std::string& expression, const Json& data, const Json& case_facts) {
    return sandbox().run(expression, data, case_facts);
}

Result<bool> holds(const Program& program, int index, const Json& data, const Json& case_facts) {
    return evaluate_condition(program.conditions.at(static_cast<std::size_t>(index)).text, data, case_facts);
}

}  // namespace reeve::model
