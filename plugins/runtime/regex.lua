-- Regular expressions of Python, as translate/regex.py writes them, over octets.
--
-- A matcher that backtracks on a stack of its own: how deep a text nests costs memory and not calls,
-- so that it is bounded by the text. Positions are counted from 0 and ends are exclusive, as in
-- Python; a list has its length in `n`.

return function()
  local byte, char, concat, find, gsub, sub =
    string.byte, string.char, table.concat, string.find, string.gsub, string.sub

  local WIDTH = 4
  local LAST = -1 -- the slot of the group that was closed last

  local members = {} -- class of a Lua pattern to its octets

  local function set_of(class)
    local set = members[class]
    if not set then
      set = {}
      for octet = 0, 255 do
        set[octet] = find(char(octet), class) ~= nil
      end
      members[class] = set
    end
    return set
  end

  local WORD = set_of("[0-9A-Z_a-z]")

  local function word(s, i)
    return WORD[byte(s, i)] or false
  end

  local AT = {
    start = function(_, i)
      return i == 1
    end,
    line = function(s, i)
      return i == 1 or byte(s, i - 1) == 10
    end,
    stop = function(s, i)
      return i > #s
    end,
    ["end"] = function(s, i)
      return i > #s or (i == #s and byte(s, i) == 10)
    end,
    line_end = function(s, i)
      return i > #s or byte(s, i) == 10
    end,
    edge = function(s, i)
      return (i > 1 and word(s, i - 1)) ~= (i <= #s and word(s, i))
    end,
    inside = function(s, i)
      return (i > 1 and word(s, i - 1)) == (i <= #s and word(s, i))
    end,
  }

  -- Entries of the stack are three cells: a place to go on at (PC, position, 0); a span that can
  -- give back (-PC, where it ends, where it may end at the least); a group as it was (0, slot, value).

  -- What was matched for good is not tried again; the groups in it are still undone.
  local function keep_groups(stack, base, top)
    local kept = base
    for entry = base + 1, top, 3 do
      if stack[entry] == 0 then
        stack[kept + 1], stack[kept + 2], stack[kept + 3] = 0, stack[entry + 1], stack[entry + 2]
        kept = kept + 3
      end
    end
    return kept
  end

  local function undo_groups(stack, base, top, groups)
    for entry = top - 2, base + 1, -3 do
      if stack[entry] == 0 then
        groups[stack[entry + 1]] = stack[entry + 2]
      end
    end
  end

  -- Where a match of the program at `pc` ends that begins at `i`, and the top of the stack; nil for
  -- none. One that would end at `barred` does not count.
  local function run(code, s, i, pc, stack, base, groups, barred)
    local top = base
    while true do
      local op = code[pc]
      local holds = true
      if op == "char" then
        if byte(s, i) == code[pc + 1] then
          i = i + 1
          pc = pc + WIDTH
        else
          holds = false
        end
      elseif op == "span" or op == "greedy" then
        local _, last = find(s, code[pc + 1], i)
        local least = i + code[pc + 2]
        last = last + 1
        if last < least then
          holds = false
        else
          pc = pc + WIDTH
          if op == "greedy" and last > least then
            stack[top + 1], stack[top + 2], stack[top + 3] = -pc, last, least
            top = top + 3
          end
          i = last
        end
      elseif op == "set" then
        if code[pc + 1][byte(s, i)] then
          i = i + 1
          pc = pc + WIDTH
        else
          holds = false
        end
      elseif op == "save" then
        local slot, closed = code[pc + 1], code[pc + 2]
        stack[top + 1], stack[top + 2], stack[top + 3] = 0, slot, groups[slot]
        top = top + 3
        groups[slot] = i
        if closed > 0 then
          stack[top + 1], stack[top + 2], stack[top + 3] = 0, LAST, groups[LAST]
          top = top + 3
          groups[LAST] = closed
        end
        pc = pc + WIDTH
      elseif op == "split" then
        stack[top + 1], stack[top + 2], stack[top + 3] = code[pc + 2], i, 0
        top = top + 3
        pc = code[pc + 1]
      elseif op == "jump" then
        pc = code[pc + 1]
      elseif op == "text" then
        local after = i + code[pc + 2]
        if sub(s, i, after - 1) == code[pc + 1] then
          i = after
          pc = pc + WIDTH
        else
          holds = false
        end
      elseif op == "match" then
        if i ~= barred then
          return i, top
        end
        holds = false
      elseif op == "at" then
        holds = AT[code[pc + 1]](s, i)
        pc = pc + WIDTH
      elseif op == "look" then
        local from = i - code[pc + 2]
        local ended, inner
        if from >= 1 then
          ended, inner = run(code, s, from, code[pc + 1], stack, top, groups)
        end
        if code[pc + 3] == 1 then
          if ended then
            undo_groups(stack, top, inner, groups)
            holds = false
          end
        elseif ended then
          top = keep_groups(stack, top, inner)
        else
          holds = false
        end
        pc = pc + WIDTH
      elseif op == "few" or op == "fewer" then
        local set, least, most = code[pc + 1], i + code[pc + 2], i + code[pc + 3]
        local last = i
        while last < most and set[byte(s, last)] do
          last = last + 1
        end
        if last < least then
          holds = false
        else
          pc = pc + WIDTH
          if op == "fewer" and last > least then
            stack[top + 1], stack[top + 2], stack[top + 3] = -pc, last, least
            top = top + 3
          end
          i = last
        end
      else -- atomic, again
        local ended, inner = run(code, s, i, code[pc + 1], stack, top, groups)
        holds = ended ~= nil or op == "again"
        while ended do
          i = ended
          top = keep_groups(stack, top, inner)
          if op == "atomic" then
            break
          end
          ended, inner = run(code, s, i, code[pc + 1], stack, top, groups)
        end
        pc = pc + WIDTH
      end
      while not holds do
        if top == base then
          return nil
        end
        local kind, where = stack[top - 2], stack[top - 1]
        if kind > 0 then
          pc, i, holds = kind, where, true
          top = top - 3
        elseif kind == 0 then
          groups[where] = stack[top]
          top = top - 3
        else
          pc, i, holds = -kind, where - 1, true
          stack[top - 1] = i
          if i == stack[top] then
            top = top - 3
          end
        end
      end
    end
  end

  local Match = {}

  Match.__index = function(match, key)
    if type(key) == "number" then
      return match:group(key)
    end
    return Match[key]
  end

  local function number_of(match, group)
    if group == nil then
      return 0
    elseif type(group) == "string" then
      return match.re.names[group]
    end
    return group
  end

  function Match:start(group)
    local from = self.groups_[2 * number_of(self, group)]
    return from and from - 1 or -1
  end

  function Match:end_(group)
    local to = self.groups_[2 * number_of(self, group) + 1]
    return to and to - 1 or -1
  end

  function Match:span(group)
    return { self:start(group), self:end_(group), n = 2 }
  end

  function Match:group(group, ...)
    if select("#", ...) > 0 then
      local wanted = { group, ... }
      local found = { n = #wanted }
      for place = 1, found.n do
        found[place] = self:group(wanted[place])
      end
      return found
    end
    local slot = 2 * number_of(self, group)
    local from, to = self.groups_[slot], self.groups_[slot + 1]
    if from and to then
      return sub(self.string, from, to - 1)
    end
    return nil
  end

  function Match:groups(default)
    local found = { n = self.re.groups }
    for number = 1, found.n do
      local text = self:group(number)
      if text == nil then
        text = default
      end
      found[number] = text
    end
    return found
  end

  local Pattern = {}
  Pattern.__index = Pattern

  local function match_of(pattern, s, groups, from, to)
    local last = groups[LAST] or nil
    groups[0], groups[1] = from, to
    return setmetatable({
      re = pattern,
      string = s,
      groups_ = groups,
      lastindex = last,
      lastgroup = last and pattern.labels[last] or nil,
    }, Match)
  end

  local function fresh(pattern)
    local groups = { [LAST] = false }
    for slot = 2, 2 * pattern.groups + 1 do
      groups[slot] = false
    end
    return groups
  end

  local function try(pattern, code, s, i)
    if i > #s + 1 then
      return nil
    end
    local groups = fresh(pattern)
    local ended = run(code, s, i, 1, {}, 0, groups)
    return ended and match_of(pattern, s, groups, i, ended) or nil
  end

  -- The text as it stands in front of `endpos`, and where to begin in it, from 1.
  local function bounds(s, pos, endpos)
    pos = pos or 0
    if pos < 0 then
      pos = 0
    elseif pos > #s then
      pos = #s
    end
    if endpos and endpos < #s then
      s = sub(s, 1, endpos < 0 and 0 or endpos)
    end
    return s, pos + 1
  end

  -- The next place from `i` on at which a match may begin.
  local function candidate(pattern, s, i)
    if pattern.fixed then
      return i == 1 and 1 or nil
    elseif pattern.prefix then
      return (find(s, pattern.prefix, i, true))
    elseif pattern.first then
      return (find(s, pattern.first, i))
    end
    local octet = pattern.text and byte(s, i)
    while octet and octet >= 0x80 and octet < 0xC0 do -- within a letter of UTF-8
      i = i + 1
      octet = byte(s, i)
    end
    return i
  end

  local function scan(pattern, s, i, barred)
    local stack, groups = {}, fresh(pattern)
    i = i <= #s + 1 and candidate(pattern, s, i)
    while i and i <= #s + 1 do
      local ended = run(pattern.program, s, i, 1, stack, 0, groups, barred)
      if ended then
        return match_of(pattern, s, groups, i, ended)
      end
      if pattern.skip and i ~= barred then
        local _, last = find(s, pattern.skip, i)
        i = last >= i and last + 1 or i
      end
      i = i <= #s and candidate(pattern, s, i + 1)
      barred = nil
    end
    return nil
  end

  function Pattern:match(s, pos, endpos)
    local i
    s, i = bounds(s, pos, endpos)
    return try(self, self.program, s, i)
  end

  function Pattern:fullmatch(s, pos, endpos)
    local i
    s, i = bounds(s, pos, endpos)
    return try(self, self.full, s, i)
  end

  function Pattern:search(s, pos, endpos)
    local i
    s, i = bounds(s, pos, endpos)
    return scan(self, s, i)
  end

  -- An empty match may stand behind a match, but not where an empty one was already.
  function Pattern:finditer(s, pos, endpos)
    local i
    s, i = bounds(s, pos, endpos)
    local found, n = {}, 0
    local match = scan(self, s, i)
    while match do
      n = n + 1
      found[n] = match
      local from, to = match.groups_[0], match.groups_[1]
      match = scan(self, s, to, from == to and to or nil)
    end
    found.n = n
    return found
  end

  function Pattern:findall(s, pos, endpos)
    local found = self:finditer(s, pos, endpos)
    for place = 1, found.n do
      local match = found[place]
      if self.groups == 0 then
        found[place] = match:group(0)
      elseif self.groups == 1 then
        found[place] = match:group(1) or ""
      else
        found[place] = match:groups("")
      end
    end
    return found
  end

  -- Of the escapes of a template: \1 to \99, and a backslash.
  local function expanded(template, match)
    local text = gsub(template, "\\(.)(%d?)", function(one, digit)
      if one == "\\" then
        return one .. digit
      end
      return match:group(tonumber(one .. digit)) or ""
    end)
    return text
  end

  -- `by` is a template or a function of the match; `count` 0 is all.
  function Pattern:sub(by, s, count)
    local matches = self:finditer(s)
    if matches.n == 0 then
      return s
    end
    local parts, n, done = {}, 0, 1
    local most = (count == nil or count == 0) and matches.n or count
    local plain = type(by) == "string" and not find(by, "\\", 1, true)
    for place = 1, most < matches.n and most or matches.n do
      local match = matches[place]
      local text = by
      if type(by) ~= "string" then
        text = by(match)
      elseif not plain then
        text = expanded(by, match)
      end
      parts[n + 1] = sub(s, done, match.groups_[0] - 1)
      parts[n + 2] = text
      n = n + 2
      done = match.groups_[1]
    end
    parts[n + 1] = sub(s, done)
    return concat(parts)
  end

  function Pattern:split(s, most)
    local matches = self:finditer(s)
    local found, n, done = {}, 0, 1
    local count = (most == nil or most == 0) and matches.n or most
    for place = 1, count < matches.n and count or matches.n do
      local match = matches[place]
      n = n + 1
      found[n] = sub(s, done, match.groups_[0] - 1)
      for number = 1, self.groups do
        n = n + 1
        found[n] = match:group(number)
      end
      done = match.groups_[1]
    end
    n = n + 1
    found[n] = sub(s, done)
    found.n = n
    return found
  end

  local function prepared(code)
    for pc = 1, #code, WIDTH do
      local op = code[pc]
      if op == "set" or op == "few" or op == "fewer" then
        code[pc + 1] = set_of(code[pc + 1])
      end
    end
    return code
  end

  local M = {}

  -- A pattern out of the table that the translator wrote.
  function M.compile(program)
    local labels = {}
    for name, number in pairs(program.names) do
      labels[number] = name
    end
    return setmetatable({
      groups = program.groups,
      names = program.names,
      labels = labels,
      program = prepared(program.match),
      full = prepared(program.full),
      prefix = program.prefix,
      first = program.first,
      skip = program.skip,
      fixed = program.fixed,
      text = program.text,
    }, Pattern)
  end

  return M
end
