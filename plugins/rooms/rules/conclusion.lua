-- Made from analyzer/rules/conclusion.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local Claims = import("rules.claims").Claims
  local ServerFacts = import("rules.subjects.server").ServerFacts
  local Site = import("rules.finding").Site
  local address_text = import("agreement.naming").address_text
  local concluded = import("rules.notes").concluded
  local finding = import("rules.finding").finding
  local fold = import("rules.folding").fold
  local merge = import("rules.folding").merge
  local number = import("rules.finding").number
  local number_again = import("rules.finding").number_again
  local together = import("rules.notes").together
  local M = {}

  M.OUTSIDE = py.set({
    "addresses", "answer_wait", "both_directions", "gm", "list", "loss", "mw",
    "protected_part", "sets", "start", "wire",
    n = 11,
  })

  -- What one judge found, in its order: findings, and those held back as network notes.
  M.Found = py.struct("Found", { "findings", "notes", "claims" })

  function M.Found.make(findings, notes, claims)
    return setmetatable({ findings = findings, notes = notes, claims = claims }, M.Found)
  end

  -- All findings, whatever becomes of them.
  function M.Found:everything()
    local given = { n = 0 }
    py.extend(given, self.findings)
    for _, noted in py.each(self.notes) do
      py.extend(given, noted.kept)
    end
    return given
  end
  py.done(M.Found)

  -- All findings, with those about servers over all their clients: merged, numbered (what has
  function M.conclude(found, engine)
    local list1 = { n = 0 }
    for _, one in py.each(found) do
      for _, finding in py.each(one.findings) do
        py.append(list1, finding)
      end
    end
    local kept = py.sorted(list1, M._order)
    local list2 = { n = 0 }
    for _, one in py.each(found) do
      for _, noted in py.each(one.notes) do
        py.append(list2, noted)
      end
    end
    local held = together(list2)
    local tuple1 = concluded(held)
    local seldom, notes = tuple1[1], tuple1[2]
    local findings = number(merge(py.concat(kept, M._of_servers(found, engine), seldom, notes)))
    local groups = py.dict()
    for _, one in py.each(findings) do
      py.append(groups:setdefault(one.exchange or "", { n = 0 }), one)
    end
    for _, group in groups:pairs() do
      fold(group)
    end
    return number_again(findings)
  end

  -- What the rules say of each first hop over all its clients.
  function M._of_servers(found, engine)
    local given = { n = 0 }
    local claims = Claims.make()
    for _, one in py.each(found) do
      for _, item1 in py.each(one.claims) do
        local listing, seen = item1[1], item1[2]
        claims:note(listing, seen)
      end
    end
    for _, group in py.each(claims:servers()) do
      local server = ServerFacts.make(group)
      local site = Site.make(nil, nil, nil, nil, py.dict_of({ { "pcscf", address_text(server.address), n = 2 }, n = 1 }))
      local fired = engine:judge("server", server, M.OUTSIDE)
      local list1 = { n = 0 }
      for _, hit in py.each(fired) do
        py.append(list1, finding(hit, site))
      end
      py.extend(given, merge(list1))
    end
    return given
  end

  function M._order(one)
    return one.order
  end

  return M
end
