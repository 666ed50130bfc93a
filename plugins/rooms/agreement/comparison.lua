-- Made from analyzer/agreement/comparison.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local regex = import("runtime.regex")
  local DEFAULTS = import("agreement.mechanism").DEFAULTS
  local decimal = import("agreement.parameters").decimal
  local limits = import("limits")
  local q_thousandths = import("agreement.parameters").q_thousandths
  local unfold = import("agreement.parameters").unfold
  local M = {}

  M.LEVELS = { "identical", "equivalent", "default-equal", "different", n = 4 }

  M.RESPELLED = "same values, written differently"

  M._D_VER = regex.compile({groups = 0, names = {}, match = {"span", "^[\009 ]*", 0, 0, "char", 59, 0, 0, "span", "^[\009 ]*", 0, 0, "set", "[Dd]", 0, 0, "char", 45, 0, 0, "set", "[Vv]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Rr]", 0, 0, "span", "^[\009 ]*", 0, 0, "char", 61, 0, 0, "span", "^[\009 ]*", 0, 0, "split", 49, 65, 0, "char", 34, 0, 0, "span", "^[^\034]*", 0, 0, "char", 34, 0, 0, "jump", 69, 0, 0, "span", "^[^,;]*", 0, 0, "match", 0, 0, 0}, full = {"span", "^[\009 ]*", 0, 0, "char", 59, 0, 0, "span", "^[\009 ]*", 0, 0, "set", "[Dd]", 0, 0, "char", 45, 0, 0, "set", "[Vv]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Rr]", 0, 0, "span", "^[\009 ]*", 0, 0, "char", 61, 0, 0, "span", "^[\009 ]*", 0, 0, "split", 49, 65, 0, "char", 34, 0, 0, "span", "^[^\034]*", 0, 0, "char", 34, 0, 0, "jump", 69, 0, 0, "span", "^[^,;]*", 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[\009 ;]", skip = "^[\009 ]*", text = true})

  M._NUMBERS = py.set({ "port-c", "port-s", "port1", "port2", "spi", "spi-c", "spi-s", n = 7 })

  -- One step from the server's list to the verify.
  M.Change = py.struct("Change", { "kind", "place", "mechanism", "parameter", "server", "verify", "words" })

  function M.Change.make(kind, place, mechanism, parameter, server, verify, words)
    return setmetatable({
      kind = kind,
      place = place,
      mechanism = mechanism,
      parameter = parameter,
      server = server,
      verify = verify,
      words = words,
    }, M.Change)
  end
  py.done(M.Change)

  -- The comparison of signalling or of media elements alone.
  M.PlaneComparison = py.struct("PlaneComparison", { "level", "kind", "edit", "pairs", "changes" })

  function M.PlaneComparison.make(level, kind, edit, pairs, changes)
    return setmetatable({
      level = level,
      kind = kind,
      edit = edit,
      pairs = pairs,
      changes = changes,
    }, M.PlaneComparison)
  end
  py.done(M.PlaneComparison)

  -- Security-Verify against the server's list: the worse of both planes, and each of them.
  M.Comparison = py.struct("Comparison", { "level", "kind", "edit", "pairs", "changes", "signalling", "media" })

  function M.Comparison.make(level, kind, edit, pairs, changes, signalling, media)
    return setmetatable({
      level = level,
      kind = kind,
      edit = edit,
      pairs = pairs,
      changes = changes,
      signalling = signalling,
      media = media,
    }, M.Comparison)
  end
  py.done(M.Comparison)

  -- Compare a Security-Verify with the server's list; `older` are earlier lists of the server.
  function M.compare(verify, server, older)
    if older == nil then
      older = { n = 0 }
    end
    if py.equal(verify.rows, server.rows) and verify.dialect == server.dialect then
      return M._same(verify.signalling.n, verify.media.n)
    end
    local earlier = py.slice(older, -limits.OLDER_LISTS)
    local anything = verify.elements.n > 0
    local list1 = { n = 0 }
    for _, one in py.each(earlier) do
      py.append(list1, one.signalling)
    end
    local signalling = M._plane(verify.signalling, server.signalling, list1, anything)
    local list2 = { n = 0 }
    for _, one in py.each(earlier) do
      py.append(list2, one.media)
    end
    local media = M._plane(verify.media, server.media, list2, anything)
    local worse = py.index(M.LEVELS, media.level) > py.index(M.LEVELS, signalling.level) and media or signalling
    local level, edit = worse.level, worse.edit
    if level == "identical" and (not M._same_text(verify, server) and verify.rows.n == server.rows.n) then
      level, edit = "equivalent", M.RESPELLED
    end
    return M.Comparison.make(level, worse.kind, edit, worse.pairs, worse.changes, signalling, media)
  end

  -- The comparison of two lists of one text, with so many elements on each plane.
  M._same = py.lru_cache(limits.ELEMENTS, function(signalling, media)
    local list1 = { n = 0 }
    for _, count in py.each({ signalling, media, n = 2 }) do
      py.append(list1, M.PlaneComparison.make("identical", nil, M._words({ n = 0 }), M._in_place(count), { n = 0 }))
    end
    local planes = list1
    local whole = planes[1]
    return M.Comparison.make(whole.level, whole.kind, whole.edit, whole.pairs, whole.changes, planes[1], planes[2])
  end)

  -- The comparison where the lists name a client and a server too (draft-00 6.3): these are
  function M.with_uris(found, verify, server)
    local list1 = { n = 0 }
    for _, item1 in py.each({ { "to", verify.to, server.to, n = 3 }, { "from", verify.source, server.source, n = 3 }, n = 2 }) do
      local name, mine, theirs = item1[1], item1[2], item1[3]
      if mine ~= theirs then
        py.append(list1, M.Change.make("changed", 1, name, name, theirs, mine, name .. "= " .. theirs .. " -> " .. mine))
      end
    end
    local changes = list1
    if changes.n == 0 or found.level == "different" then
      return found
    end
    local plane = py.replace(found.signalling, "level", "different", "kind", "changed parameter", "edit", M._words(changes), "changes", changes)
    return py.replace(found, "level", "different", "kind", "changed parameter", "edit", plane.edit, "changes", changes, "signalling", plane)
  end

  function M._plane(verify, server, older, anything)
    if verify.n == server.n then
      local level = M._level(verify, server)
      if level ~= "different" then
        local changes = level == "default-equal" and M._changes(verify, server, M._in_place(server.n), false) or { n = 0 }
        local edit = level == "equivalent" and M.RESPELLED or M._words(changes)
        return M.PlaneComparison.make(level, nil, edit, M._in_place(verify.n), changes)
      end
    end
    return M._difference(verify, server, older, anything)
  end

  -- The level of two sequences of one length.
  function M._level(verify, server)
    local level = "identical"
    for _, item1 in py.each(py.zip(verify, server)) do
      local mine, theirs = item1[1], item1[2]
      if not (mine.raw == theirs.raw or M._text(mine) == M._text(theirs)) then
        if level ~= "default-equal" and py.equal(M._written_key(mine), M._written_key(theirs)) then
          level = "equivalent"
        elseif py.equal(M._meaning_key(mine), M._meaning_key(theirs)) then
          level = "default-equal"
        else
          return "different"
        end
      end
    end
    return level
  end

  -- What is compared as text: unfolded, without d-ver.
  function M._text(mechanism)
    local text = unfold(mechanism.raw)
    return mechanism.d_ver == nil and text or M._D_VER:sub("", text)
  end

  function M._same_text(verify, server)
    if verify.text == server.text then
      return true
    end
    local all1 = true
    for _, mechanism in py.each(verify.elements) do
      if mechanism.d_ver ~= nil then
        all1 = false
        break
      end
    end
    if all1 then
      return false
    end
    return M._D_VER:sub("", verify.text) == M._D_VER:sub("", server.text)
  end

  function M._in_place(count)
    local list1 = { n = 0 }
    for i = 0, count - 1 do
      py.append(list1, { i, i, n = 2 })
    end
    return list1
  end

  function M._written_key(mechanism)
    if py.contains(mechanism.defects, "bad-mechanism") or py.contains(mechanism.defects, "limit") then
      return { str.lower(unfold(mechanism.raw)), n = 1 }
    end
    local value1
    if mechanism.params.n > 0 then
      local list2 = { n = 0 }
      for _, item2 in py.each(mechanism.params) do
        local name, value, quoted = item2[1], item2[2], item2[3]
        if str.lower(name) ~= "d-ver" then
          py.append(list2, { str.lower(name), quoted, M._written(quoted, value), n = 3 })
        end
      end
      value1 = py.list(py.sorted(list2))
    else
      value1 = { n = 0 }
    end
    return { mechanism.key, value1, n = 2 }
  end

  -- A value as it is compared; a parameter without one sorts beside one that has any.
  function M._written(quoted, value)
    if value == nil then
      return ""
    end
    return "=" .. (quoted and value or str.lower(value))
  end

  function M._meaning_key(mechanism)
    if py.contains(mechanism.defects, "bad-mechanism") or py.contains(mechanism.defects, "limit") then
      return { str.lower(unfold(mechanism.raw)), n = 1 }
    end
    return { mechanism.key, py.list(py.sorted(M._meanings(mechanism))), n = 2 }
  end

  -- Each parameter as (name, quoted, canonical value), those with their default left out.
  function M._meanings(mechanism)
    local ipsec = mechanism.key == "ipsec-3gpp"
    local found = { n = 0 }
    for _, item1 in py.each(mechanism.params) do
      local name, value, quoted = item1[1], item1[2], item1[3]
      local key = str.lower(name)
      local value1
      if quoted then
        value1 = value
      else
        value1 = M.meaning(key, value)
      end
      local text = value1
      if not (key == "d-ver" or ipsec and (DEFAULTS:has(key) and (text == "" or text == DEFAULTS:get(key)))) then
        py.append(found, { key, quoted, text ~= nil and "=" .. text or "", n = 3 })
      end
    end
    return found
  end

  -- A token value as it is compared: numbers without padding, q in thousandths, no case.
  function M.meaning(key, value)
    if (value or "") == "" then
      return value
    end
    local number
    if M._NUMBERS:has(key) then
      number = decimal(value)
    elseif key == "q" then
      number = q_thousandths(value)
    else
      number = nil
    end
    return number == nil and str.lower(value) or str.of(number)
  end

  function M._difference(verify, server, older, anything)
    local list1 = { n = 0 }
    for _, m in py.each(verify) do
      py.append(list1, M._meaning_key(m))
    end
    local mine = list1
    local list2 = { n = 0 }
    for _, m in py.each(server) do
      py.append(list2, M._meaning_key(m))
    end
    local theirs = list2
    local kind
    local list3 = { n = 0 }
    for _, mechanisms in py.each(older) do
      if mechanisms.n > 0 then
        local list4 = { n = 0 }
        for _, m in py.each(mechanisms) do
          py.append(list4, M._meaning_key(m))
        end
        py.append(list3, list4)
      end
    end
    local earlier = list3
    if mine.n > 0 then
      local list5 = { n = 0 }
      for _, m in py.each(verify) do
        py.append(list5, m.key)
      end
      local list6 = { n = 0 }
      for _, m in py.each(server) do
        py.append(list6, m.key)
      end
      local same_names = py.equal(list5, list6)
      kind = M._kind(mine, theirs, earlier, same_names)
    else
      kind = anything and "subset" or "foreign"
    end
    local changes
    if kind == "changed parameter" then
      changes = M._changes(verify, server, M._in_place(server.n), true)
      return M.PlaneComparison.make("different", "changed parameter", M._words(changes), M._in_place(verify.n), changes)
    end
    local pairs = M._alignment(mine, theirs)
    if kind == "reordered" then
      changes = M._moves(verify, server, pairs)
      return M.PlaneComparison.make("different", kind, M._words(changes), pairs, changes)
    end
    pairs = M._with_same_names(pairs, verify, server)
    changes = M._changes(verify, server, pairs, true)
    return M.PlaneComparison.make("different", kind, M._edit(kind, changes, mine, theirs), pairs, changes)
  end

  function M._kind(mine, theirs, earlier, same_names)
    local count, wanted = py.counter(mine), py.counter(theirs)
    if M._is_duplicated(mine, theirs, earlier) then
      return "duplicated"
    end
    if py.contains(earlier, mine) then
      return "older list"
    end
    if py.equal(count, wanted) then
      return "reordered"
    end
    if py.counts_less(count, wanted) then
      return "subset"
    end
    return same_names and "changed parameter" or "foreign"
  end

  -- The server's list more than once, or together with earlier lists; itself without repeats.
  function M._is_duplicated(mine, theirs, earlier)
    if mine.n <= theirs.n or (theirs.n == 0 or py.set(theirs).size ~= theirs.n) then
      return false
    end
    local tuple1 = py.divmod(mine.n, theirs.n)
    local times, rest = tuple1[1], tuple1[2]
    if rest == 0 and py.equal(py.counter(mine), py.counter(py.times(theirs, times))) then
      return true
    end
    if not py.equal(py.slice(mine, nil, theirs.n), theirs) and not py.equal(py.slice(mine, -theirs.n), theirs) then
      return false
    end
    return M._is_made_of(py.concat({ theirs, n = 1 }, earlier), mine)
  end

  -- Whether `mine` is a concatenation of some of `lists`.
  function M._is_made_of(lists, mine)
    local reachable = py.set({ 0, n = 1 })
    for start = 0, mine.n - 1 do
      if reachable:has(start) then
        for _, one in py.each(lists) do
          if py.equal(py.slice(mine, start, start + one.n), one) then
            reachable:add(start + one.n)
          end
        end
      end
    end
    return reachable:has(mine.n)
  end

  -- Pairs of a longest common subsequence; all others stand alone, in order.
  function M._alignment(mine, theirs)
    local head = 0
    local shorter = math.min(mine.n, theirs.n)
    while head < shorter and py.equal(mine[head + 1], theirs[head + 1]) do
      head = head + 1
    end
    local tail = 0
    while tail < shorter - head and py.equal(py.at(mine, -1 - tail), py.at(theirs, -1 - tail)) do
      tail = tail + 1
    end
    local middle = M._common(py.slice(mine, head, mine.n - tail), py.slice(theirs, head, theirs.n - tail))
    local list1 = { n = 0 }
    for i = 0, head - 1 do
      py.append(list1, { i, i, n = 2 })
    end
    local common = list1
    local list2 = { n = 0 }
    for _, item1 in py.each(middle) do
      local i, j = item1[1], item1[2]
      py.append(list2, { i + head, j + head, n = 2 })
    end
    py.extend(common, list2)
    local list3 = { n = 0 }
    for k = tail, 0 + 1, -1 do
      py.append(list3, { mine.n - k, theirs.n - k, n = 2 })
    end
    py.extend(common, list3)
    return py.list(M._filled(common, mine.n, theirs.n))
  end

  function M._filled(common, mine, theirs)
    local pairs = { n = 0 }
    local i = 0
    local j = 0
    for _, item1 in py.each(py.concat(common, { { mine, theirs, n = 2 }, n = 1 })) do
      local end_i, end_j = item1[1], item1[2]
      local list1 = { n = 0 }
      for k = j, end_j - 1 do
        py.append(list1, { nil, k, n = 2 })
      end
      py.extend(pairs, list1)
      local list2 = { n = 0 }
      for k = i, end_i - 1 do
        py.append(list2, { k, nil, n = 2 })
      end
      py.extend(pairs, list2)
      if end_i < mine and end_j < theirs then
        py.append(pairs, { end_i, end_j, n = 2 })
      end
      i, j = end_i + 1, end_j + 1
    end
    return pairs
  end

  -- A longest common subsequence; nothing for lists too long to be worth the table.
  function M._common(mine, theirs)
    if mine.n * theirs.n > limits.EDIT_TABLE then
      return { n = 0 }
    end
    local list1 = { n = 0 }
    for _ = 0, mine.n + 1 - 1 do
      py.append(list1, py.times({ 0, n = 1 }, theirs.n + 1))
    end
    local best = list1
    local i, j
    for item1 = mine.n - 1, -1 + 1, -1 do
      i = item1
      for item2 = theirs.n - 1, -1 + 1, -1 do
        j = item2
        if py.equal(mine[i + 1], theirs[j + 1]) then
          best[i + 1][j + 1] = best[i + 2][j + 2] + 1
        else
          best[i + 1][j + 1] = math.max(best[i + 2][j + 1], best[i + 1][j + 2])
        end
      end
    end
    local found = { n = 0 }
    i = 0
    j = 0
    while i < mine.n and j < theirs.n do
      if py.equal(mine[i + 1], theirs[j + 1]) then
        py.append(found, { i, j, n = 2 })
        i, j = i + 1, j + 1
      elseif best[i + 2][j + 1] >= best[i + 1][j + 2] then
        i = i + 1
      else
        j = j + 1
      end
    end
    return found
  end

  -- Elements left alone in one gap pair up where their mechanism name is the same.
  function M._with_same_names(pairs, verify, server)
    local result = { n = 0 }
    local waiting = { n = 0 }
    for _, item1 in py.each(pairs) do
      local mine, theirs = item1[1], item1[2]
      if mine == nil and theirs ~= nil then
        py.append(waiting, theirs)
      else
        if theirs == nil and mine ~= nil then
          local first1
          for _, k in py.each(waiting) do
            if server[k + 1].key == verify[mine + 1].key then
              first1 = k
              break
            end
          end
          local partner = first1
          if partner ~= nil then
            local list1 = { n = 0 }
            for _, k in py.each(py.slice(waiting, nil, py.index(waiting, partner))) do
              py.append(list1, { nil, k, n = 2 })
            end
            py.extend(result, list1)
            py.delete_slice(waiting, nil, py.index(waiting, partner) + 1)
          end
          py.append(result, { mine, partner, n = 2 })
        else
          local list2 = { n = 0 }
          for _, k in py.each(waiting) do
            py.append(list2, { nil, k, n = 2 })
          end
          py.extend(result, list2)
          py.clear(waiting)
          py.append(result, { mine, theirs, n = 2 })
        end
      end
    end
    local list3 = { n = 0 }
    for _, k in py.each(waiting) do
      py.append(list3, { nil, k, n = 2 })
    end
    return py.concat(result, list3)
  end

  -- The steps from server to verify; `by_meaning` leaves out what differs in writing only.
  function M._changes(verify, server, pairs, by_meaning)
    local changes = { n = 0 }
    local text
    for _, item1 in py.each(pairs) do
      local mine, theirs = item1[1], item1[2]
      if mine == nil and theirs ~= nil then
        local gone = server[theirs + 1]
        text = unfold(gone.raw)
        py.append(changes, M.Change.make("removed", theirs + 1, gone.name, nil, text, nil, "removed " .. text))
      elseif theirs == nil and mine ~= nil then
        local new = verify[mine + 1]
        text = unfold(new.raw)
        py.append(changes, M.Change.make("added", mine + 1, new.name, nil, nil, text, "added " .. text))
      elseif mine ~= nil and theirs ~= nil then
        py.extend(changes, M._parameter_changes(verify[mine + 1], server[theirs + 1], theirs + 1, server.n > 1, by_meaning))
      end
    end
    return py.list(changes)
  end

  function M._parameter_changes(mine, theirs, place, several, by_meaning)
    local prefix = several and "element " .. str.of(place) .. ": " or ""
    local verify, server = M._texts(mine), M._texts(theirs)
    local ipsec = theirs.key == "ipsec-3gpp"
    local changes = { n = 0 }
    local old, new, kind, words
    local list1 = { n = 0 }
    for key in verify:pairs() do
      if not server:has(key) then
        py.append(list1, key)
      end
    end
    for _, key in py.each(py.concat(server, list1)) do
      old, new = server:get(key), verify:get(key)
      if M._folded(old) ~= M._folded(new) then
        if not (by_meaning and M._value(key, old, ipsec) == M._value(key, new, ipsec)) then
          if new == nil then
            kind = "removed"
            words = "removed " .. M._shown(key, old)
          elseif old == nil then
            kind, words = "added", "added " .. M._shown(key, new)
          else
            kind, words = "changed", key .. " " .. (old ~= "" and old or "empty") .. " -> " .. (new ~= "" and new or "empty")
          end
          py.append(changes, M.Change.make(kind, place, theirs.name, key, old, new, prefix .. words))
        end
      end
    end
    if changes.n == 0 and not py.equal(M._meaning_key(mine), M._meaning_key(theirs)) then
      old, new = unfold(theirs.raw), unfold(mine.raw)
      words = prefix .. old .. " -> " .. new
      py.append(changes, M.Change.make("changed", place, theirs.name, nil, old, new, words))
    end
    return changes
  end

  function M._folded(text)
    local value1
    if text == nil or str.startswith(text, "\"") then
      value1 = text
    else
      value1 = str.lower(text)
    end
    return value1
  end

  -- What a parameter of an element means where it is `text`, its default where it has one.
  function M._value(key, text, ipsec)
    if ipsec and ((text or "") == "" and DEFAULTS:has(key)) then
      return DEFAULTS:get(key)
    end
    local value1
    if text == nil or str.startswith(text, "\"") then
      value1 = M._folded(text)
    else
      value1 = M.meaning(key, text)
    end
    return value1
  end

  -- Value by lower-case name, d-ver left out; a quoted value keeps its quotes.
  function M._texts(mechanism)
    local texts = py.dict()
    for _, item1 in py.each(mechanism.params) do
      local name, value, quoted = item1[1], item1[2], item1[3]
      if str.lower(name) ~= "d-ver" then
        texts:setdefault(str.lower(name), quoted and "\"" .. str.of(value) .. "\"" or (value or ""))
      end
    end
    return texts
  end

  function M._shown(key, value)
    return (value or "") ~= "" and key .. "=" .. value or key
  end

  -- The elements outside the longest common order, each moved before its new neighbour.
  function M._moves(verify, server, pairs)
    local list1 = { n = 0 }
    for _, m in py.each(server) do
      py.append(list1, m.key)
    end
    local names = py.counter(list1)
    local from_place = py.dict()
    for _, item1 in py.each(pairs) do
      local mine, theirs = item1[1], item1[2]
      if mine == nil and theirs ~= nil then
        py.append(from_place:setdefault(M._meaning_key(server[theirs + 1]), { n = 0 }), theirs)
      end
    end
    local changes = { n = 0 }
    for _, item2 in py.each(pairs) do
      local mine, theirs = item2[1], item2[2]
      if mine ~= nil and theirs == nil then
        local moved = verify[mine + 1]
        local place = py.pop(from_place:get(M._meaning_key(moved)), 0)
        local text = M._named(moved, names)
        local after = mine + 1 < verify.n and verify[mine + 2] or nil
        local where = after and "before " .. M._named(after, names) or "to the end"
        py.append(changes, M.Change.make("moved", place + 1, moved.name, nil, text, text, "moved " .. text .. " " .. where))
      end
    end
    return py.list(changes)
  end

  function M._named(mechanism, names)
    return names:get(mechanism.key, 0) == 1 and mechanism.name or unfold(mechanism.raw)
  end

  function M._edit(kind, changes, mine, theirs)
    if kind == "duplicated" then
      local tuple1 = py.divmod(mine.n, theirs.n)
      local times, rest = tuple1[1], tuple1[2]
      local repeated = rest == 0 and py.equal(py.counter(mine), py.counter(py.times(theirs, times)))
      return repeated and "list repeated " .. str.of(times) .. " times" or "list joined to earlier ones"
    end
    if kind == "older list" then
      return "list of an earlier challenge: " .. M._words(changes)
    end
    return M._words(changes)
  end

  function M._words(changes)
    local list1 = { n = 0 }
    for _, change in py.each(py.slice(changes, nil, limits.EDIT_WORDS)) do
      py.append(list1, change.words)
    end
    local shown = list1
    local more = changes.n - shown.n
    return str.join(", ", shown) .. (more ~= 0 and " and " .. str.of(more) .. " more" or "")
  end

  return M
end
