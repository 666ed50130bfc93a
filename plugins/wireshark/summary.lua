-- What `tshark -z secagree,tree` prints: of each exchange the verdict and its steps, then every
-- finding in one line that programs can read, then what was not checked. ASCII, 80 columns where
-- the line is for people. Pure functions of what the analysis gives.
--
--     finding  #FRAME  RULE  SEVERITY  EFFECT  TITLE
--     note     #FRAME  RULE  SEVERITY  none    TITLE
--
-- FRAME is the one that the JSON report has as `frame` of the finding, or `-` where there is none.

return function(import)
  local M = {}
  local plain = import("wireshark.plain")

  local shown, integer = plain.shown, plain.integer
  local RULE = ("="):rep(78)
  local WIDTH = 78
  local NAMED = 12 -- rules with one reason that are named; more are counted, as the text report does
  local HEALTHY = { OK = true }
  local KINDS = {
    initial = "initial registration", reauthentication = "re-registration, new challenge",
    refresh = "refresh", deregistration = "de-registration", ["in-dialog"] = "in a dialog",
    other = "other request",
  }

  local function seconds(nanoseconds)
    return ("%.3f"):format(nanoseconds / 1e9)
  end

  local function plural(count, one, many)
    return integer(count) .. " " .. (count == 1 and one or many)
  end

  -- The words in lines of `WIDTH` columns, those behind the first one under `head`.
  local function wrapped(head, words)
    local lines, line, empty = {}, head, true
    for _, word in ipairs(words) do
      if not empty and #line + 1 + #word > WIDTH then
        lines[#lines + 1] = line
        line, empty = (" "):rep(#head), true
      end
      line, empty = line .. (empty and "" or " ") .. word, false
    end
    lines[#lines + 1] = line
    return lines
  end

  local function append(lines, more)
    for _, line in ipairs(more) do
      lines[#lines + 1] = line
    end
  end

  local function add_steps(lines, exchange)
    local before
    for _, step in ipairs(exchange.steps) do
      local since = before and "+" .. seconds(step.time - before) or seconds(0)
      local way = step.protection .. (step.sa and step.sa ~= "" and " " .. step.sa or "")
      lines[#lines + 1] = ("  %8s  %6s  %-15s %-16s %s"):format(since, "#" .. integer(step.frame),
        step.role, way, shown(step.summary or "")):gsub("%s+$", "")
      before = step.time
    end
  end

  local function add_exchange(lines, exchange)
    if HEALTHY[exchange.word] then
      lines[#lines + 1] = ("%s  %s  %s"):format(exchange.id, shown(exchange.imsi or "-"),
        shown(exchange.verdict))
      return
    end
    append(lines, wrapped(exchange.id .. "  ", { shown(exchange.verdict) }))
    local about = { KINDS[exchange.kind] or exchange.kind, exchange.dialect,
      exchange.imsi and "IMSI " .. shown(exchange.imsi) or nil }
    lines[#lines + 1] = "    " .. table.concat(about, ", ")
    add_steps(lines, exchange)
  end

  local ROW = "%-8s %-7s %-8s %-9s %-17s %s"

  -- The line of a finding.
  function M.row(finding)
    local frame = finding.frame and "#" .. integer(finding.frame) or "-"
    return ROW:format(finding.effect == "none" and "note" or "finding", frame, finding.rule,
      finding.severity, finding.effect, shown(finding.title))
  end

  local function add_findings(lines, findings, notes)
    for _, finding in ipairs(findings) do
      if (finding.effect == "none") == notes then
        lines[#lines + 1] = M.row(finding)
      end
    end
  end

  -- The rules and the reason: `LEAK-02 LEAK-03 (no Mw capture)`, or how many.
  local function unchecked(row)
    if #row.rules > NAMED then
      return ("%s rules (%s; -V names them)"):format(integer(#row.rules), shown(row.reason))
    end
    return ("%s (%s)"):format(shown(table.concat(row.rules, " ")), shown(row.reason))
  end

  local function add_not_checked(lines, exchange)
    for _, row in ipairs(exchange.not_checked or {}) do
      local words = {}
      for word in unchecked(row):gmatch("%S+") do
        words[#words + 1] = word
      end
      append(lines, wrapped("not checked " .. exchange.id .. ": ", words))
    end
  end

  local function counts(exchanges, names, states, findings)
    local notes = 0
    for _, finding in ipairs(findings) do
      notes = notes + (finding.effect == "none" and 1 or 0)
    end
    local words = {}
    for at, state in ipairs(names) do
      words[at] = integer(states[state]) .. " " .. state
    end
    return ("%s%s; %s, %s"):format(plural(exchanges, "exchange", "exchanges"),
      #words > 0 and " (" .. table.concat(words, ", ") .. ")" or "",
      plural(#findings - notes, "finding", "findings"), plural(notes, "note", "notes"))
  end

  -- The lines of the summary. `each` gives one exchange after the other, to be let go of.
  function M.lines(each, findings, lost, lost_from)
    local told, unchecked, count, names, states = {}, {}, 0, {}, {}
    for exchange in each do
      if not HEALTHY[exchange.word] then
        told[#told + 1] = ""
      end
      add_exchange(told, exchange)
      add_not_checked(unchecked, exchange)
      local state = exchange.state or exchange.outcome
      if not states[state] then
        names[#names + 1] = state
      end
      count, states[state] = count + 1, (states[state] or 0) + 1
    end
    local lines = { RULE, "SIP Security Agreement: " .. counts(count, names, states, findings) }
    if lost then
      lines[#lines + 1] = ("not taken down: %s from #%s on, the plugin's memory is bounded"):format(
        plural(lost, "message", "messages"), integer(lost_from))
    end
    append(lines, told)
    if #findings > 0 then
      lines[#lines + 1] = ""
    end
    add_findings(lines, findings, false)
    add_findings(lines, findings, true)
    append(lines, unchecked)
    lines[#lines + 1] = RULE
    return lines
  end

  return M
end
