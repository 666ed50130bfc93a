-- What the windows say, as text in ASCII: lines of at most 73 columns, which is what a window shows.
-- Pure functions of what `analysis` gives; what came out of packets is made harmless here.
-- `about` says how far the capture was read: { frame, time, growing }.

return function(import)
  local M = {}
  local shown, integer = import("wireshark.plain").shown, import("wireshark.plain").integer

  local WIDTH = 73
  local LANE = 31 -- columns between the two bars of a ladder
  local MARK = 8 -- columns for what was found, behind a step
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
  local HEALTHY = { OK = true, inferred = true }
  local SHOWN_FRAMES = 12
  local NAMED = 12 -- rules with one reason that are named; more are counted
  local IN_FULL = 3 -- findings of one rule that are told in full; of more the first, and where the others are
  local LISTED = 200 -- exchanges that are listed one by one; of more, those with something to tell
  local MOST = 1000 -- lines of such exchanges

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
  -- line is broken, between parameters if it has some.
  local function wrap(head, text)
    local room, lines, line = WIDTH - #head, {}, ""
    local function close()
      lines[#lines + 1] = (#lines == 0 and head or (" "):rep(#head)) .. line
      line = ""
    end
    for word in shown(text):gmatch("%S+") do
      if line ~= "" and #line + 1 + #word > room then close() end
      while #word > room do
        local cut = #(word:sub(1, room):match("^.*[;,]") or word:sub(1, room))
        line, word = word:sub(1, cut), word:sub(cut + 1)
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

  local function plural(count, one, many)
    return integer(count) .. " " .. (count == 1 and one or many)
  end

  local function is_note(finding)
    return finding.effect == "none"
  end

  local function count_notes(findings)
    local notes = 0
    for _, finding in ipairs(findings) do
      if is_note(finding) then notes = notes + 1 end
    end
    return notes
  end

  -- Findings by the id of their exchange.
  local function by_exchange(findings)
    local found = {}
    for _, finding in ipairs(findings) do
      local id = finding.exchange
      if id then
        found[id] = found[id] or {}
        table.insert(found[id], finding)
      end
    end
    return found
  end

  -- `VER-05, 1 note`: each rule once.
  local function rules(findings)
    local words, told = {}, {}
    for _, finding in ipairs(findings) do
      if not is_note(finding) and not told[finding.rule] then
        told[finding.rule] = true
        words[#words + 1] = finding.rule
      end
    end
    local notes = count_notes(findings)
    if notes > 0 then words[#words + 1] = plural(notes, "note", "notes") end
    return table.concat(words, ", ")
  end

  -- How far it was read; in a running capture that it goes on.
  function M.read(about)
    local line = ("Read up to #%s, %s s."):format(integer(about.frame), seconds(about.time))
    return about.growing and line .. " The capture goes on: Refresh." or line
  end

  -- The verdict; where more may come, that it is the one so far.
  function M.verdict(exchange, growing)
    local verdict = exchange.verdict or exchange.outcome or ""
    return exchange.cut and growing and "so far: " .. verdict or verdict
  end

  -- `829 registered, 171 unknown` of { names, count by name }.
  local function states(told)
    local words = {}
    for place, name in ipairs(told) do words[place] = integer(told[name]) .. " " .. name end
    return table.concat(words, ", ")
  end

  local function count_state(told, exchange)
    local name = exchange.state or exchange.outcome or "unknown"
    if not told[name] then told[#told + 1] = name end
    told[name] = (told[name] or 0) + 1
  end

  -- Whether it ended well.
  function M.healthy(exchange)
    return HEALTHY[exchange.word] == true
  end

  local function row(exchange, found, about)
    local all = M.frames_of(exchange)
    local first, last = all[1] or 0, all[#all] or 0
    local range = first == last and "#" .. integer(first) or "#" .. integer(first) .. "-#" .. integer(last)
    local when = exchange.steps[1] and seconds(exchange.steps[1].time) or ""
    local head = padded(exchange.id, 8) .. padded(when, 11) .. padded(range, 15)
      .. padded(shown(exchange.imsi or ""), 17)
    local verdict, told = shown(M.verdict(exchange, about.growing)), rules(found)
    local one = told ~= "" and verdict .. ", " .. told or verdict
    if M.healthy(exchange) and #one <= WIDTH - #head then return head .. one end
    return (head .. clip(told, WIDTH - #head)):gsub("%s+$", "") .. "\n" .. wrap((" "):rep(8), verdict)
  end

  local function heads(count, told, findings, about)
    local notes = count_notes(findings)
    return { wrap("", ("%s: %s; %s%s."):format(plural(count, "exchange", "exchanges"), states(told),
      plural(#findings - notes, "finding", "findings"),
      notes > 0 and ", " .. plural(notes, "note", "notes") or "")), M.read(about), "",
      padded("", 8) .. padded("begins/s", 11) .. padded("frames", 15) .. padded("IMSI", 17) .. "verdict, findings" }
  end

  -- The list of exchanges: how many of what; then for each where it is, whose it is, what was found
  -- and the verdict. `each` gives one after the other; of many, those that are healthy are counted.
  function M.list(each, findings, about)
    local found, told, count = by_exchange(findings), {}, 0
    local all, loud = {}, {}
    for exchange in each do
      local own = found[exchange.id] or {}
      count = count + 1
      count_state(told, exchange)
      if count <= LISTED then all[count] = row(exchange, own, about) end
      if #loud < MOST and not (M.healthy(exchange) and count_notes(own) == #own) then
        loud[#loud + 1] = row(exchange, own, about)
      end
    end
    if count == 0 then
      return "No run of the Security Mechanism Agreement was seen.\n" .. M.read(about) .. "\n"
    end
    local lines = heads(count, told, findings, about)
    local listed = count <= LISTED and all or loud
    for _, one in ipairs(listed) do lines[#lines + 1] = one end
    if #listed < count then
      lines[#lines + 1] = wrap("", ("%s more are not listed, healthy but for those behind the first %s"
        .. " others. Timeline ... shows any."):format(integer(count - #listed), integer(MOST)))
    end
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
        return shown(name) .. " " .. row[2] .. (#list > 1 and (" x%d"):format(#list) or "")
      end
    end
    return shown(name)
  end

  local function arrow(exchange, step)
    local stroke = STROKES[step.protection] or "-"
    local text = clip(words(step), LANE - 4)
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
      if not is_note(finding) and finding.frame then
        at[finding.frame] = (at[finding.frame] and at[finding.frame] .. " " or "") .. finding.rule
      end
    end
    return at
  end

  -- The timeline of one exchange: one lane between client and server.
  function M.ladder(exchange, findings)
    local first = exchange.steps[1]
    local client = to_server(exchange, first or {}) and first.src or first and first.dst
    local server = first and (client == first.src and first.dst or first.src)
    local title = exchange.id .. " " .. (KINDS[exchange.kind] or exchange.kind or "")
    local lines = {
      padded(title, WIDTH - 26) .. "-- clear   == ESP   ~~ TLS",
      padded("    t/s  frame UE " .. host(client), LANE + 9) .. clip("P-CSCF " .. host(server), WIDTH - LANE - 9),
    }
    local at, before = marks(findings), nil
    for _, step in ipairs(exchange.steps) do
      local delta = before and ("+%.3f"):format((step.time - before) / 1e9) or seconds(0)
      local line = ("%7s %6s |%s| "):format(delta, "#" .. integer(step.frame), arrow(exchange, step))
      local mark = clip(at[step.frame] or "", MARK)
      local room = WIDTH - #line - (mark ~= "" and #mark + 1 or 0)
      lines[#lines + 1] = (line .. padded(beside(step), room) .. " " .. mark):gsub("%s+$", "")
      before = step.time
    end
    return table.concat(lines, "\n") .. "\n"
  end

  local function finding_lines(finding, lines)
    local act = PARTIES[finding.party]
    local words = { finding.rule, finding.severity:upper(), finding.exchange or "" }
    lines[#lines + 1] = wrap(padded(shown(table.concat(words, " ")), 20), finding.title)
    local function line(label, text)
      if text and text ~= "" then lines[#lines + 1] = wrap("   " .. padded(label, 10), text) end
    end
    line("to act", act)
    line("frames", frames(finding.frames))
    line("expected", finding.expected)
    line("seen", finding.seen)
    line("detail", finding.detail)
    line("likely", finding.cause)
    line("fix", finding.fix)
    line("clause", finding.spec)
    if finding.count and finding.count > 1 then line("seen", ("%d times"):format(finding.count)) end
    lines[#lines + 1] = ""
  end

  -- `E2 #7`, or what of it is known.
  local function place_of(finding)
    local frame = finding.frame and "#" .. integer(finding.frame)
    return table.concat({ finding.exchange or frame, finding.exchange and frame }, " ")
  end

  local function places(findings, from)
    local words = {}
    for at = from, math.min(#findings, from + SHOWN_FRAMES - 1) do
      words[#words + 1] = place_of(findings[at])
    end
    local more = #findings - from + 1 - #words
    return table.concat(words, ", ") .. (more > 0 and (" and %s more"):format(integer(more)) or "")
  end

  -- Findings by their rule, in the order in which rules come first.
  local function by_rule(findings, notes)
    local groups, of_rule = {}, {}
    for _, finding in ipairs(findings) do
      if is_note(finding) == notes then
        if not of_rule[finding.rule] then
          of_rule[finding.rule] = {}
          groups[#groups + 1] = of_rule[finding.rule]
        end
        table.insert(of_rule[finding.rule], finding)
      end
    end
    return groups
  end

  -- What could not be checked, by reason: rows { reason, rules }, with `exchanges` the number of
  -- those that this is of.
  function M.not_checked(rows)
    local lines = {}
    for _, one in ipairs(rows) do
      local which = #one.rules > NAMED and plural(#one.rules, "rule", "rules") or table.concat(one.rules, " ")
      local of = one.exchanges and "; " .. plural(one.exchanges, "exchange", "exchanges") or ""
      lines[#lines + 1] = wrap("not checked: ", which .. " (" .. one.reason .. of .. ")")
    end
    return #lines > 0 and table.concat(lines, "\n") .. "\n" or ""
  end

  local function add_notes(notes, lines)
    if #notes > 0 then lines[#lines + 1] = "Notes, without an effect here:" end
    for _, group in ipairs(notes) do
      lines[#lines + 1] = wrap("   " .. padded(shown(group[1].rule), 8),
        ("%s (%s)"):format(group[1].title, places(group, 1)))
    end
    if #notes > 0 then lines[#lines + 1] = "" end
  end

  -- Findings in full, of a rule that was broken often the first of them; notes in one line each;
  -- and what could not be checked.
  function M.findings(findings, unchecked)
    local lines = {}
    for _, group in ipairs(by_rule(findings, false)) do
      local full = #group > IN_FULL and 1 or #group
      for place = 1, full do finding_lines(group[place], lines) end
      if #group > full then
        lines[#lines] = wrap("   " .. padded("also", 10), places(group, full + 1))
        lines[#lines + 1] = ""
      end
    end
    if #lines == 0 then
      local limit = #unchecked > 0 and ", in what could be checked." or "."
      lines = { "Nothing found that affects a registration" .. limit, "" }
    end
    add_notes(by_rule(findings, true), lines)
    return table.concat(lines, "\n") .. "\n" .. M.not_checked(unchecked)
  end

  -- The SPIs of which packets stayed closed, by the reason, and how to get keys in.
  function M.closed(list)
    if #list == 0 then return "" end
    local lines, told = {}, {}
    for place = 1, math.min(#list, SHOWN_FRAMES) do
      local one = list[place]
      local of = told[one.reason]
      if not of then
        of = { wrap("ESP that stayed closed: ", one.reason) }
        told[one.reason], lines[#lines + 1] = of, of
      end
      of[#of + 1] = clip(("   0x%08x %s %s/%s from #%s"):format(
        one.spi, one.sa.name, shown(one.sa.alg), shown(one.sa.ealg), integer(one.frame)), WIDTH)
    end
    for place, of in ipairs(lines) do lines[place] = table.concat(of, "\n") end
    if #list > SHOWN_FRAMES then lines[#lines + 1] = ("   and %d more SPIs"):format(#list - SHOWN_FRAMES) end
    lines[#lines + 1] = "Its keys stand in the 401 on Mw (ck and ik), on Cx, or in a USIM; then:"
    lines[#lines + 1] = "   secagree keys CAPTURE... --wireshark-profile install"
    return table.concat(lines, "\n") .. "\n"
  end

  local function not_read(exchange)
    for _, step in ipairs(exchange.steps) do
      if step.inferred then return true end
    end
    return false
  end

  -- One exchange: verdict, timeline, findings, what could not be checked, and of ESP the `closed`.
  function M.exchange(exchange, findings, about, closed)
    local own = by_exchange(findings)[exchange.id] or {}
    return wrap("", M.verdict(exchange, about.growing)) .. "\n\n" .. M.ladder(exchange, own) .. "\n"
      .. M.findings(own, exchange.not_checked or {})
      .. (not_read(exchange) and M.closed(closed) or "")
  end

  -- Of an analysis that goes on: how far it is.
  function M.progress(done, all)
    return ("Analysing %s of SIP and ESP: %.0f %% done.\n\n"
      .. "Stop keeps what is done. Do not reload Lua plugins before.\n"):format(plural(all, "message", "messages"), done * 100 / math.max(all, 1))
  end

  -- Of one that was stopped.
  function M.stopped(done, all)
    return ("Stopped at %.0f %%: this capture is not analysed yet. Columns, filters and\n"
      .. "Expert Information hold nothing of secagree before it is.\n\n"
      .. "Go on, and each entry of Tools > SEC-AGREE, continue where it stopped.\n"):format(
      done * 100 / math.max(all, 1))
  end

  -- Of a window whose capture is closed, or read anew.
  function M.another()
    return "The capture that stood here was closed or is read anew: Refresh.\n"
  end

  return M
end
