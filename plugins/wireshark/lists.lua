-- The lists of mechanisms of a message in the tree, each with its octets, the comparison of
-- Security-Verify with Security-Server row by row, and what the nonce of a challenge holds.

return function(import)
  local M = {}
  local extraction = import("wireshark.extraction")
  local fields = import("wireshark.fields").by_name
  local plain = import("wireshark.plain")

  local shown = plain.shown
  local KINDS = { "client", "server", "verify" }
  local TEXTS = { "q", "alg", "ealg", "prot", "mod", "d_alg", "d_qop", "d_ver" }
  local NUMBERS = { "spi_c", "spi_s", "port_c", "port_s" }
  local NAMED = {}
  for _, name in ipairs(TEXTS) do
    NAMED[name:gsub("_", "-")] = true
  end
  for _, name in ipairs(NUMBERS) do
    NAMED[name:gsub("_", "-")] = true
  end
  local ROWS = 64 -- header rows of one kind that are looked for
  local PARTS = { { "rand", 0, 16 }, { "sqn_ak", 16, 6 }, { "amf", 22, 2 }, { "mac", 24, 8 } }

  -- Where the header rows of a name stand in a message: a list of {first, last}, 1-based octets of
  -- their values with what they are folded into.
  local function regions(octets, lower, name)
    local found, at = {}, 1
    while #found < ROWS do
      local _, colon = lower:find("\n" .. name:gsub("%-", "%%-") .. "[ \t]*:", at)
      if not colon then
        return found
      end
      local stop = colon
      repeat
        stop = (octets:find("[\r\n]", stop + 1)) or #octets + 1
        local following = octets:match("^\r?\n?()", stop)
        local folded = octets:find("^[ \t]", following)
        if folded then
          stop = following
        end
      until not folded
      found[#found + 1] = { colon + 1, stop - 1 }
      at = stop
    end
    return found
  end

  -- The octets of one element: {first, last}; those of its row where folds hide it.
  local function span(octets, row, mechanism, after)
    local first, last = octets:find(mechanism.raw, math.max(after or 1, row[1]), true)
    if first and last <= row[2] then
      return first, last
    end
    return row[1], row[2]
  end

  local function part(range, first, last)
    if first and last and first >= 1 and last >= first and last <= range:len() then
      return range(first - 1, last - first + 1)
    end
    return range
  end

  local function add_parameters(item, mechanism, range, octets, first, last)
    local lower = octets:sub(first, last):lower()
    local function place(name)
      local start, stop = lower:find("[;%s]" .. name:gsub("%p", "%%%0") .. "%s*=?[^;,]*")
      if start then
        return part(range, first + start, first + stop - 1)
      end
      return part(range, first, last)
    end
    for _, name in ipairs(TEXTS) do
      local value = mechanism[name]
      if value ~= nil then
        item:add(fields["mechanism." .. name], place((name:gsub("_", "-"))), shown(value))
      end
    end
    for _, name in ipairs(NUMBERS) do
      local value = mechanism[name]
      if value ~= nil and value >= 0 and value <= 4294967295 then
        item:add(fields["mechanism." .. name], place((name:gsub("_", "-"))), value)
      end
    end
    for at = 1, (mechanism.params or { n = 0 }).n do
      local name, value = mechanism.params[at][1], mechanism.params[at][2]
      if not NAMED[name:lower()] then
        local text = value and name .. "=" .. value or name
        item:add(fields["mechanism.other"], place(name:lower()), shown(text))
      end
    end
    for at = 1, (mechanism.defects or { n = 0 }).n do
      item:add(fields["mechanism.defect"], part(range, first, last), shown(mechanism.defects[at]))
    end
  end

  local function add_list(item, kind, list, range, octets, rows)
    local after = 1
    for at = 1, list.n do
      local mechanism = list[at]
      local row = rows[(mechanism.row or 0) + 1] or { 1, #octets }
      local first, last = span(octets, row, mechanism, after)
      after = last
      local made = item:add(fields.mechanism, part(range, first, last), shown(mechanism.raw))
      made:set_text(("Security-%s: %s"):format(kind:gsub("^%l", string.upper), shown(mechanism.raw)))
      made:add(fields["mechanism.list"], part(range, first, last), kind):set_generated()
      made:add(fields["mechanism.name"], part(range, first, last), shown(mechanism.name))
      add_parameters(made, mechanism, range, octets, first, last)
    end
  end

  -- Both lists element by element, then what differs.
  local function add_rows(item, comparison, server, verify)
    local function add(text)
      local made = item:add(fields["comparison.row"], shown(text))
      made:set_text(shown(text)):set_generated()
    end
    for at = 1, math.max(#server, #verify) do
      local one, other = server[at] and server[at].raw, verify[at] and verify[at].raw
      if one == other then
        add(("%d same    %s"):format(at, one))
      else
        add(("%d Server  %s"):format(at, one or "(none)"))
        add(("%d Verify  %s"):format(at, other or "(none)"))
      end
    end
    for _, row in ipairs(comparison.rows or {}) do
      for _, name in ipairs(row.parameters or {}) do
        local made = item:add(fields["comparison.parameter"], shown(name))
        made:append_text(" (" .. shown(row.text) .. ")"):set_generated()
      end
    end
  end

  -- The list of a step in this frame; empty where it is not known.
  local function list_of(exchange, frame, kind)
    for _, step in ipairs(exchange and exchange.steps or {}) do
      if step.frame == frame and step[kind] and #step[kind] > 0 then
        return step[kind]
      end
    end
    return {}
  end

  local function add_comparison(item, comparison, known)
    local made = item:add(fields.comparison, shown(comparison.level))
    made:set_generated()
    local function told(name, value)
      if value ~= nil and value ~= "" then
        made:add(fields["comparison." .. name], type(value) == "string" and shown(value) or value)
          :set_generated()
      end
    end
    told("kind", comparison.kind)
    told("edit", comparison.edit)
    told("against", comparison.against)
    local server = list_of(known.exchange, comparison.against, "server")
    add_rows(made, comparison, server, list_of(known.exchange, known.copy_of or known.frame, "verify"))
  end

  local function add_nonce(item, nonce, range, octets)
    local first, last = octets:find(nonce.text, 1, true)
    local made = item:add(fields.nonce, part(range, first, last), shown(nonce.text))
    for _, row in ipairs(PARTS) do
      local value = nonce.octets:sub(row[2] + 1, row[2] + row[3])
      if #value == row[3] then
        made:add(fields["nonce." .. row[1]], plain.hex(value)):set_generated()
      end
    end
  end

  -- Add what the messages of this frame say of the agreement.
  function M.add(item, known, messages)
    for at, said in ipairs(known.messages or {}) do
      local here = messages[at]
      if here then
        local octets = extraction.octets(here.info, 0, here.length)
        local lower = octets:lower()
        for _, kind in ipairs(KINDS) do
          if said[kind] and said[kind].n > 0 then
            local rows = regions(octets, lower, "security-" .. kind)
            add_list(item, kind, said[kind], here.info.range, octets, rows)
          end
        end
        if said.comparison then
          add_comparison(item, said.comparison, known)
        end
        if said.nonce then
          add_nonce(item, said.nonce, here.info.range, octets)
        end
      end
    end
  end

  return M
end
