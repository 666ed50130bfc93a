-- What the windows say, as text in ASCII: lines of at most 76 columns, which is what a window shows.
-- Pure functions of what `analysis` gives; what came out of packets is made harmless here.

return function(import)
  local M = {}
  local shown, integer = import("wireshark.plain").shown, import("wireshark.plain").integer

  local WIDTH = 76
  local LANE = 33 -- columns between the two bars of a ladder
  local STROKES = { clear = "-", ports = "-", esp = "=", ["esp-null"] = "=", tls = "~" }
  local TO_SERVER = { ["uc>ps"] = true, ["us>pc"] = true }
  local PARTIES = {
    ue = "UE", pcscf = "P-CSCF", core = "core", hss = "HSS", path = "the path", capture = "the capture",
  }
  local KINDS = {
    initial = "initial registration",
    reauthentication = "re-registration with a new challenge",
    refresh = "refresh of the registration",
    deregistration = "de-registration",
    ["in-dialog"] = "request in a dialog",
  }
  local LISTS = {
    { "verify", "Security-Verify" }, { "server", "Security-Server" }, { "client", "Security-Client" },
  }
  local SHOWN_FRAMES = 12

  local function clip(text, width)
    if #text <= width then return text end
    return text:sub(1, width - 2) .. ".."
  end

  local function padded(text, width)
    text = clip(text, width)
    return text .. (" "):rep(width - #text)
  end

  local function seconds(nanoseconds)
    return ("%.3f"):format(nanoseconds / 1e9)
  end

  local function frames(list)
    local words = {}
    for place = 1, math.min(#list, SHOWN_FRAMES) do words[place] = "#" .. integer(list[place]) end
    if #list > SHOWN_FRAMES then words[#words + 1] = ("and %d more"):format(#list - SHOWN_FRAMES) end
    return table.concat(words, " ")
  end

  -- Lines of a paragraph, the first behind `head`, the others indented alike; what is longer than a
  -- line is broken.
  local function wrap(head, text)
    local room, lines, line = WIDTH - #head, {}, ""
    local function close()
      lines[#lines + 1] = (#lines == 0 and head or (" "):rep(#head)) .. line
      line = ""
    end
    for word in shown(text):gmatch("%S+") do
      if line ~= "" and #line + 1 + #word > room then close() end
      while #word > room do
        line, word = word:sub(1, room), word:sub(room + 1)
        close()
      end
      line = line == "" and word or line .. " " .. word
    end
    close()
    return table.concat(lines, "\n")
  end

  -- The frames of an exchange in their order, each once.
  function M.frames_of(exchange)
    local seen, list = {}, {}
    local function add(frame)
      if frame and not seen[frame] then
        seen[frame] = true
        list[#list + 1] = frame
      end
    end
    for _, step in ipairs(exchange.steps) do
      add(step.frame)
      for _, frame in ipairs(step.frames or {}) do add(frame) end
    end
    table.sort(list)
    return list
  end

  -- A display filter that shows its frames, also without the plugin.
  function M.filter_of(exchange)
    local words = {}
    for place, frame in ipairs(M.frames_of(exchange)) do words[place] = integer(frame) end
    return "frame.number in {" .. table.concat(words, ", ") .. "}"
  end

  local function findings_of(exchange, findings)
    local own = {}
    for _, finding in ipairs(findings) do
      if finding.exchange == exchange.id then own[#own + 1] = finding end
    end
    return own
  end

  local function rules(findings)
    local words, notes = {}, 0
    for _, finding in ipairs(findings) do
      if finding.effect == "none" then notes = notes + 1 else words[#words + 1] = finding.rule end
    end
    if notes > 0 then words[#words + 1] = notes == 1 and "1 note" or ("%d notes"):format(notes) end
    return table.concat(words, " ")
  end

  -- The list of exchanges: where it is, whose it is and what was found, and under it the verdict.
  function M.list(exchanges, findings)
    local lines = {}
    for _, exchange in ipairs(exchanges) do
      local all = M.frames_of(exchange)
      local first, last = all[1] or 0, all[#all] or 0
      local range = first == last and "#" .. integer(first) or "#" .. integer(first) .. "-#" .. integer(last)
      local when = exchange.steps[1] and seconds(exchange.steps[1].time) or ""
      lines[#lines + 1] = padded(exchange.id, 6) .. padded(when .. " s", 12) .. padded(range, 14)
        .. padded(shown(exchange.imsi or ""), 17) .. clip(rules(findings_of(exchange, findings)), 27)
      lines[#lines + 1] = wrap("      ", exchange.verdict or "")
    end
    if #exchanges == 0 then lines[1] = "No run of the Security Mechanism Agreement was seen." end
    return table.concat(lines, "\n") .. "\n"
  end

  local function to_server(exchange, step)
    if step.method then return true end
    if step.code then return false end
    if step.sa then return TO_SERVER[step.sa] == true end
    return step.src == exchange.steps[1].src
  end

  local function words(step)
    local name = step.method or step.code and integer(step.code) or step.summary or "?"
    if step.inferred then name = "not read" end
    for _, row in ipairs(LISTS) do
      local list = step[row[1]]
      if list and #list > 0 then
        return shown(name) .. "  " .. row[2] .. (#list > 1 and (" x%d"):format(#list) or "")
      end
    end
    return shown(name)
  end

  local function arrow(exchange, step)
    local stroke = STROKES[step.protection] or "-"
    local text = clip(words(step), LANE - 5)
    if to_server(exchange, step) then
      return stroke:rep(2) .. text .. stroke:rep(LANE - 3 - #text) .. ">"
    end
    return "<" .. stroke:rep(LANE - 4 - #text) .. text .. stroke:rep(3)
  end

  local function port(address)
    return shown(address or ""):match(":(%d+)$") or ""
  end

  local function host(address)
    return (shown(address or ""):gsub(":%d+$", ""))
  end

  local function beside(step)
    local ports = port(step.src) .. ">" .. port(step.dst)
    local parts = { shown(step.sa or ""), ports ~= ">" and ports or "" }
    if step.leg and step.leg ~= "gm" then parts[#parts + 1] = step.leg end
    if step.unanswered then parts[#parts + 1] = "no answer" end
    return (table.concat(parts, " "):gsub("^ ", ""))
  end

  local function marks(findings)
    local at = {}
    for _, finding in ipairs(findings) do
      if finding.effect ~= "none" and finding.frame then
        at[finding.frame] = (at[finding.frame] and at[finding.frame] .. " " or "") .. finding.rule
      end
    end
    return at
  end

  -- The timeline of one exchange: one lane between client and server.
  function M.ladder(exchange, findings)
    local own = findings_of(exchange, findings)
    local first = exchange.steps[1]
    local client = to_server(exchange, first or {}) and first.src or first and first.dst
    local server = first and (client == first.src and first.dst or first.src)
    local title = exchange.id .. " " .. (KINDS[exchange.kind] or exchange.kind or "")
    local lines = {
      padded(title, WIDTH - 26) .. "-- clear   == ESP   ~~ TLS",
      padded("     t/s frame UE " .. host(client), LANE + 8) .. clip("P-CSCF " .. host(server), WIDTH - LANE - 8),
    }
    local at, before = marks(own), nil
    for _, step in ipairs(exchange.steps) do
      local delta = before and ("+%.3f"):format((step.time - before) / 1e9) or seconds(0)
      lines[#lines + 1] = ("%8s %5s |%s| %s"):format(
        delta, "#" .. integer(step.frame), arrow(exchange, step),
        padded(beside(step), 20) .. clip(at[step.frame] or "", 10)
      ):gsub("%s+$", "")
      before = step.time
    end
    return table.concat(lines, "\n") .. "\n"
  end

  local function finding_lines(finding, lines)
    local act = PARTIES[finding.party]
    local head = ("%s %s"):format(finding.rule, finding.severity:upper())
    lines[#lines + 1] = wrap(padded(shown(head), 18), finding.title)
    local function row(label, text)
      if text and text ~= "" then lines[#lines + 1] = wrap("   " .. padded(label, 10), text) end
    end
    row("to act", act)
    row("frames", frames(finding.frames))
    row("expected", finding.expected)
    row("seen", finding.seen)
    row("detail", finding.detail)
    row("likely", finding.cause)
    row("fix", finding.fix)
    row("clause", finding.spec)
    if finding.count and finding.count > 1 then row("seen", ("%d times"):format(finding.count)) end
  end

  -- Findings in full; notes as one line of rules at the end.
  function M.findings(findings)
    local lines, notes = {}, {}
    for _, finding in ipairs(findings) do
      if finding.effect == "none" then
        notes[#notes + 1] = ("%s %s"):format(finding.rule, frames({ finding.frame }))
      else
        finding_lines(finding, lines)
        lines[#lines + 1] = ""
      end
    end
    if #lines == 0 then lines[1] = "No finding with an effect.\n" end
    if #notes > 0 then lines[#lines + 1] = wrap("notes, no effect here: ", table.concat(notes, ", ")) end
    return table.concat(lines, "\n") .. "\n"
  end

  -- What could not be checked, by reason.
  function M.not_checked(exchange)
    local lines = {}
    for _, row in ipairs(exchange.not_checked or {}) do
      lines[#lines + 1] = wrap("not checked: ", table.concat(row.rules, " ") .. " (" .. row.reason .. ")")
    end
    return #lines > 0 and table.concat(lines, "\n") .. "\n" or ""
  end

  -- One exchange: verdict, timeline, findings, and what could not be checked.
  function M.exchange(exchange, findings)
    return wrap("", exchange.verdict or "") .. "\n\n" .. M.ladder(exchange, findings) .. "\n"
      .. M.findings(findings_of(exchange, findings)) .. M.not_checked(exchange)
  end

  -- The SPIs of which packets stayed closed, and how to get keys in.
  function M.closed(list)
    if #list == 0 then return "" end
    local lines = { "ESP that stayed closed:" }
    for place, one in ipairs(list) do
      if place > SHOWN_FRAMES then
        lines[#lines + 1] = ("   and %d more SPIs"):format(#list - SHOWN_FRAMES)
        break
      end
      local head = ("   0x%08x %s %s/%s from #%s: "):format(
        one.spi, one.sa.name, shown(one.sa.alg), shown(one.sa.ealg), integer(one.frame))
      lines[#lines + 1] = wrap(clip(head, 60), one.reason)
    end
    lines[#lines + 1] = "Keys for it stand in the 401 on Mw (ck and ik), on Cx, or in a USIM; then:"
    lines[#lines + 1] = "   secagree keys CAPTURE... --wireshark-profile install"
    return table.concat(lines, "\n") .. "\n"
  end

  return M
end
