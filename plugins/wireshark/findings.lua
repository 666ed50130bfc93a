-- What the rules found, in the tree: a line for each finding, with its item in Expert Information,
-- and the verdict in front of them.

return function(import)
  local M = {}
  local experts = import("wireshark.experts")
  local fields = import("wireshark.fields").by_name
  local passes = import("wireshark.passes")
  local plain = import("wireshark.plain")
  local text = import("wireshark.gui_text")

  local shown = plain.shown
  local TOLD = { "detail", "severity", "effect", "party", "expected", "seen", "clause", "cause", "fix" }
  local OF = { clause = "spec" } -- where the finding calls it otherwise
  local FRAMES = 64 -- of one finding that are linked

  local function wanted(known, settings)
    local kept, notes = {}, 0
    for _, finding in ipairs(known.findings or {}) do
      if settings.shown(finding) then
        kept[#kept + 1] = finding
        notes = notes + (finding.effect == "none" and 1 or 0)
      end
    end
    return kept, notes
  end

  -- The second line: what became of the exchange, and what of weight was found in this frame.
  function M.verdict(known, complete, settings)
    local kept, notes = wanted(known, settings)
    local words = {}
    local exchange = known.exchange
    if exchange and complete then
      words[1] = exchange.id .. ": " .. text.verdict(exchange, passes.growing())
    elseif exchange then
      words[1] = exchange.id .. ": not read to its end yet"
    end
    for _, finding in ipairs(kept) do
      if finding.effect ~= "none" then
        words[#words + 1] = finding.severity:upper() .. " " .. finding.rule
      end
    end
    if notes > 0 then
      words[#words + 1] = notes == 1 and "1 note" or plain.integer(notes) .. " notes"
    end
    if #words == 0 then
      return "nothing found here"
    end
    return table.concat(words, "; ")
  end

  local function add(item, finding, frame)
    local text = finding.rule .. " " .. finding.title
    local made = item:add(fields.finding, shown(text))
    made:set_text(("%s %s: %s"):format(finding.severity:upper(), finding.rule,
      shown(finding.title)))
    made:set_generated()
    made:add(fields.rule, shown(finding.rule)):set_generated()
    if finding.effect ~= "none" then
      made:add(fields.alarm, shown(finding.rule)):set_hidden()
    end
    for _, name in ipairs(TOLD) do
      local value = finding[OF[name] or name]
      if value ~= nil and value ~= "" then
        made:add(fields[name], shown(value)):set_generated()
      end
    end
    for at, one in ipairs(finding.frames or {}) do
      if one ~= frame and at <= FRAMES then
        made:add(fields.frame, one):set_generated()
      end
    end
    experts.attach(made, finding, shown(text))
  end

  -- Add the findings that are anchored in this frame.
  function M.add(item, known, settings)
    for _, finding in ipairs(wanted(known, settings)) do
      add(item, finding, known.frame)
    end
  end

  return M
end
