-- The rules in force and what they say of a subject: analyzer/rules/engine.py over the rules that
-- the export compiled. Beside its own condition a rule holds only where the coverage reaches ("not
-- seen" is never "wrong").

return function(import)
  local book = import("rules.compiled")
  local containers = import("runtime.containers")
  local rendering = import("rules.rendering")

  local concat, sort = table.concat, table.sort

  local M = { rules = book.rules, policy = book.policy, withheld = book.withheld }

  local REASONS = {} -- coverage to what people read where it is not there
  M.ALL_MET = containers.set()
  for place = 1, book.needs.n do
    local need = book.needs[place]
    REASONS[need[1]] = need[2]
    M.ALL_MET:add(need[1])
  end

  local SEVERITIES = { "critical", "error", "warning", "info" }
  local PLACES = { critical = 1, error = 2, warning = 3, info = 4 }
  local MEDIASEC = "mediasec"

  local function one_lower(level)
    return SEVERITIES[PLACES[level] + 1] or level
  end

  local function first(steps, subject, element)
    for place = 1, steps.n do
      local step = steps[place]
      if not step.when or step.when(subject, element) then
        return step.word
      end
    end
  end

  -- The role in the exchange of what a rule of this scope is about.
  local function role_of(scope, subject)
    local message
    if scope == "message" then
      message = subject
    elseif scope == "transaction" then
      message = subject.request
    elseif scope == "pair" then
      message = subject.near
    end
    return message and message.role
  end

  local function severity(rule, subject, element)
    local level, lowered = first(rule.severities, subject, element), { n = 0 }
    local function lower(by, to)
      lowered.n = lowered.n + 1
      lowered[lowered.n] = by
      level = to
    end
    for place = 1, rule.guards.n do
      local guard = rule.guards[place]
      if guard.holds(subject, element) then
        lower(guard.id, guard.effect == "info" and "info" or one_lower(level))
      end
    end
    if rule.quirk and book.policy.quirks:has(rule.quirk) then
      lower(rule.quirk, one_lower(level))
    end
    return level, lowered
  end

  local function cited(rule, subject, element)
    local found = { subject, n = 1 }
    for place = 1, rule.cites.n do
      local object = rule.cites[place](subject, element)
      if object ~= nil then
        found.n = found.n + 1
        found[found.n] = object
      end
    end
    return found
  end

  local function shown(find, subject, element)
    if find then
      return rendering.shown(find(subject, element))
    end
    return nil
  end

  -- What a rule says that holds for a subject, for `element` of it where it has `each`.
  local function speak(rule, subject, element)
    local level, lowered = severity(rule, subject, element)
    local loud = rule.loud
    if type(loud) == "function" then
      loud = loud(subject, element)
    end
    return {
      rule = rule,
      severity = level,
      party = first(rule.parties, subject, element),
      subject = subject,
      element = element,
      role = rule.role or role_of(rule.scope, subject),
      loud = loud,
      expected = shown(rule.expected, subject, element),
      seen = shown(rule.seen, subject, element),
      parameter = shown(rule.parameter, subject, element),
      detail = shown(rule.detail, subject, element),
      cited = cited(rule, subject, element),
      lowered_by = lowered,
    }
  end

  local function reaches(needs, met)
    for place = 1, needs.n do
      if not met:has(needs[place]) then
        return false
      end
    end
    return true
  end

  local function listed(list, wanted)
    for place = 1, list.n do
      if list[place] == wanted then
        return true
      end
    end
    return false
  end

  local Engine = {}
  Engine.__index = Engine
  M.Engine = Engine

  -- An engine that judges by the rules in force. `dialect`: everything is judged by that one,
  -- whatever it looks like (nil: as exported). `off`: ids of rules that are silent, as keys.
  function Engine.make(dialect, off)
    local self = setmetatable({}, Engine)
    self.policy = book.policy
    self.dialect = dialect or book.dialect
    self.on_ = {}
    for index = 1, book.rules.n do
      local rule = book.rules[index]
      local spoken = not dialect or listed(rule.dialects, dialect) or listed(rule.dialects, MEDIASEC)
      self.on_[index] = spoken and not (off and off[rule.id])
    end
    self.unmet_ = {}
    return self
  end

  local function by_index(one, other)
    if one.index ~= other.index then
      return one.index < other.index
    end
    return one.place < other.place
  end

  -- What the rules of a scope say of a subject, in the order of the book. `met` is the coverage
  -- where it stands.
  function Engine:judge(scope, subject, met)
    local hits = book.fused[scope](subject)
    local fired = { n = 0 }
    if hits.n == 0 then
      return fired
    end
    met = met or M.ALL_MET
    for place = 1, hits.n do
      hits[place].place = place
    end
    sort(hits, by_index)
    for place = 1, hits.n do
      local hit = hits[place]
      local rule = book.rules[hit.index]
      if self.on_[hit.index] and reaches(rule.gate, met) then
        fired.n = fired.n + 1
        fired[fired.n] = speak(rule, subject, hit.element)
      end
    end
    return fired
  end

  -- Runs and sets are judged piece by piece: their forms are known where many are judged.
  function Engine:judge_run()
    return nil
  end

  function Engine:judge_settled()
    return nil
  end

  function Engine:unmet(met, dialect)
    local found = {}
    for index = 1, book.rules.n do
      local rule = book.rules[index]
      if self.on_[index] and listed(rule.dialects, dialect) then
        for place = 1, rule.needs.n do
          if not met:has(rule.needs[place]) then
            found[#found + 1] = { REASONS[rule.needs[place]], rule.id }
            break
          end
        end
      end
    end
    return found
  end

  -- Rules of this dialect that could not be checked, by reason, each under one reason; those that
  -- fired all the same (ids in `fired`) were.
  function Engine:not_checked(met, dialect, fired)
    local names = met:values()
    local known = dialect .. " " .. concat(names, " ", 1, names.n)
    local pairs_ = self.unmet_[known]
    if not pairs_ then
      pairs_ = self:unmet(met, dialect)
      self.unmet_[known] = pairs_
    end
    local done = {}
    for place = 1, fired and fired.n or 0 do
      done[fired[place]] = true
    end
    local found = containers.dict()
    for _, one in ipairs(pairs_) do
      if not done[one[2]] then
        local ids = found:get(one[1])
        if not ids then
          ids = { n = 0 }
          found:set(one[1], ids)
        end
        ids.n = ids.n + 1
        ids[ids.n] = one[2]
      end
    end
    return found
  end

  return M
end
