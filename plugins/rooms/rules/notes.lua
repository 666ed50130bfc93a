-- Made from analyzer/rules/notes.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local FRAMES = import("rules.folding").FRAMES
  local SEVERITIES = import("rules.rule").SEVERITIES
  local fingerprint = import("substitutes").fingerprint
  local matters = import("rules.effects").matters
  local M = {}

  M.LEAST = 3

  M.EXCHANGES = 64

  -- Findings of one rule about one peer (`about`): those that make a difference to the note they
  M.Noted = py.struct("Noted", { "about", "kept", "more" })

  function M.Noted.make(about, kept, more)
    if more == nil then
      more = 0
    end
    return setmetatable({ about = about, kept = kept, more = more }, M.Noted)
  end

  -- Those it was seen in, as far as they are kept.
  function M.Noted.__get.exchanges(self)
    local set1 = py.set()
    for _, one in py.each(self.kept) do
      set1:add(one.exchange)
    end
    return set1
  end
  py.done(M.Noted)

  -- What is held of one rule about one peer, with what would stand in the note by now.
  M._Group = py.class("_Group")

  function M._Group.make(about)
    local self = setmetatable({}, M._Group)
    self.noted = M.Noted.make(about, { n = 0 })
    self.exchanges = py.set()
    self.frames = py.set()
    self.severity = SEVERITIES.n
    self.full = false
    return self
  end

  function M._Group:add(one)
    local severity = py.index(SEVERITIES, one.severity)
    if self.exchanges.size < M.LEAST or (severity < self.severity or (self.exchanges.size < M.EXCHANGES and not self.exchanges:has(one.exchange) or self.frames.size < FRAMES and not self.frames:issuperset(one.frames))) then
      py.append(self.noted.kept, one)
      self.exchanges:add(one.exchange)
      self.frames:update(one.frames)
      self.severity = math.min(severity, self.severity)
      self.full = self.exchanges.size >= M.EXCHANGES and self.frames.size >= FRAMES
    else
      self.noted.more = self.noted.more + one.count
    end
  end
  py.done(M._Group)

  -- Takes findings as their exchanges close, and holds back what may become a network note.
  M.NetworkNotes = py.class("NetworkNotes")

  function M.NetworkNotes.make()
    local self = setmetatable({}, M.NetworkNotes)
    self._groups = py.dict()
    return self
  end

  -- Takes a finding that has an exchange.
  function M.NetworkNotes:add(one, about)
    local key = { one.rule, about, n = 2 }
    local group = self._groups:get(key)
    if group == nil then
      local value1 = M._Group.make(about)
      group = value1
      self._groups:set(key, value1)
    end
    group:add(one)
  end

  -- Count a finding of no effect and of this severity at most, where that is all that would
  function M.NetworkNotes:counted(rule, about, severity)
    local group = self._groups:get({ rule, about, n = 2 })
    if group == nil or (not group.full or py.index(SEVERITIES, severity) < group.severity) then
      return false
    end
    group.noted.more = group.noted.more + 1
    return true
  end

  -- All that is held, by rule and peer.
  function M.NetworkNotes:held()
    local list1 = { n = 0 }
    for _, group in self._groups:pairs() do
      py.append(list1, group.noted)
    end
    return list1
  end

  -- The findings that were seen too seldom, as they came, and the notes.
  function M.NetworkNotes:finish()
    return M.concluded(self:held())
  end
  py.done(M.NetworkNotes)

  -- Findings of one exchange that notes about its peers need only count.
  M.Tally = py.class("Tally")

  function M.Tally.make(notes, peers, ending)
    local self = setmetatable({}, M.Tally)
    self._notes = notes
    self._peers = peers
    self._ending = ending
    self.rules = { n = 0 }
    return self
  end

  -- Count what a rule found, `severity` at most; False where a finding has to be made.
  function M.Tally:takes(rule, severity, party, role)
    local about = M.whom(self._peers, party)
    if about == nil or matters(rule, severity, role, self._ending) then
      return false
    end
    if not self._notes:counted(rule.id, about, severity) then
      return false
    end
    py.append(self.rules, rule.id)
    return true
  end
  py.done(M.Tally)

  -- What several have held, by rule and peer.
  function M.together(held)
    local groups = py.dict()
    local group
    for _, noted in py.each(held) do
      local about = noted.about
      group = groups:setdefault({ noted.kept[1].rule, about, n = 2 }, M.Noted.make(about, { n = 0 }))
      py.extend(group.kept, noted.kept)
      group.more = group.more + noted.more
    end
    for _, item1 in groups:pairs() do
      group = item1
      py.sort(group.kept, M._order)
    end
    return py.list(groups:values())
  end

  -- The findings that were seen too seldom, as they came, and the notes.
  function M.concluded(held)
    local seldom = { n = 0 }
    local notes = { n = 0 }
    for _, noted in py.each(held) do
      if noted.exchanges.size < M.LEAST then
        py.extend(seldom, noted.kept)
      else
        py.append(notes, M._note(noted))
      end
    end
    return { seldom, notes, n = 2 }
  end

  -- Whom notes are about that are for this party to hear: a peer, and where the rule names nobody
  function M.whom(peers, party)
    local value1 = peers:get(party)
    if (value1 or "") == "" then
      value1 = peers:get("pcscf")
    end
    return value1
  end

  -- Peers of which the handset is known by its address alone: notes about it are told with those
  function M.nameless(peers)
    local told = py.dict_of(peers)
    if told:has("ue") and told:has("pcscf") then
      told:set("ue", "handsets behind " .. told:get("pcscf"))
    end
    return told
  end

  function M._order(one)
    return one.order
  end

  function M._note(noted)
    local note = noted.kept[1]
    note.fingerprint = fingerprint(note.rule, noted.about)
    note.exchanges = note.exchange ~= nil and { note.exchange, n = 1 } or { n = 0 }
    note.exchange = nil
    note.agreement = nil
    note.peer = noted.about
    for _, one in py.each(py.slice(noted.kept, 1)) do
      M._count(note, one)
    end
    note.count = note.count + noted.more
    return note
  end

  function M._count(note, one)
    note.count = note.count + one.count
    if note.frames.n < FRAMES then
      note.frames = py.slice(py.sorted(py.set(py.concat(note.frames, one.frames))), nil, FRAMES)
    end
    if one.exchange ~= nil and (note.exchanges.n < M.EXCHANGES and not py.contains(note.exchanges, one.exchange)) then
      py.append(note.exchanges, one.exchange)
    end
    if py.index(SEVERITIES, one.severity) < py.index(SEVERITIES, note.severity) then
      note.severity = one.severity
    end
    if note.effect == "none" or one.effect == "explains-outcome" then
      note.effect = one.effect
    end
  end

  return M
end
