-- What is known of a frame, in the packet tree: two lines when it is closed, the step and what
-- became of its exchange.

return function(import)
  local M = {}
  local lists = import("wireshark.lists")
  local findings = import("wireshark.findings")
  local fields = import("wireshark.fields").by_name
  local extraction = import("wireshark.extraction")
  local passes = import("wireshark.passes")
  local plain = import("wireshark.plain")

  local shown = plain.shown
  local LINKS = { "offer", "challenge", "verify", "result" }
  local PENDING = "result and findings: not all was read yet; " .. import("wireshark.advice").TSHARK
  local WAITING = "not analysed yet: Tools > SEC-AGREE > Exchanges does it"
  local IN_A_ROW = 16 -- rules: Wireshark cuts a line of the tree at 240 octets
  local LEGS = { gm = "Gm", mw = "Mw", cx = "Cx", unknown = "leg unknown" }

  -- Add a field that stands in no octets; nothing where there is no value.
  local function derived(item, name, value)
    if value == nil or value == "" then
      return nil
    end
    local made = item:add(fields[name], type(value) == "string" and shown(value) or value)
    made:set_generated()
    return made
  end

  local function sum(parts)
    local kept = {}
    for at = 1, parts.n do
      if parts[at] and parts[at] ~= "" then
        kept[#kept + 1] = parts[at]
      end
    end
    return table.concat(kept, ", ")
  end

  local function title(known)
    local step, exchange = known.step, known.exchange
    if step then
      local round = step.round > 1 and " (round " .. plain.integer(step.round) .. ")" or ""
      local way = step.protection .. (step.sa and step.sa ~= "" and " " .. step.sa or "")
      return sum({ exchange.id .. " " .. step.role .. round, LEGS[step.leg] or step.leg, way,
        step.inferred and "inferred" or nil, known.copy_of and "copy" or nil, n = 5 })
    elseif known.association then
      return sum({ "ESP of " .. known.association.text, known.sa, n = 2 })
    end
    return sum({ exchange and exchange.id, known.summary, n = 2 })
  end

  local function delta(step)
    if step.since then
      local whole = math.floor(step.since / 1e9)
      return NSTime.new(whole, step.since - whole * 1e9)
    end
  end

  local function add_links(item, known)
    local links = known.links or {}
    for _, role in ipairs(LINKS) do
      if links[role] and links[role] ~= known.frame then
        derived(item, role, links[role])
      end
    end
  end

  local function add_step(item, known, complete)
    local step = known.step
    derived(item, "role", step.role)
    derived(item, "round", step.round)
    derived(item, "leg", step.leg)
    derived(item, "protection", step.protection)
    if step.inferred then
      derived(item, "inferred", true)
    end
    if known.copy_of then
      derived(item, "copy", true)
      derived(item, "copy_of", known.copy_of)
    end
    if step.unanswered and complete then
      derived(item, "unanswered", true)
    end
    derived(item, "delta", delta(step))
  end

  local function add_association(item, known)
    local association = known.association
    if not association then
      return
    end
    local made = derived(item, "association", association.text)
    derived(made, "sa", known.sa)
    derived(made, "spi", known.spi)
    derived(made, "announced", known.announced)
  end

  local function add_exchange(item, exchange, complete)
    if complete then
      derived(item, "registration", exchange.state)
      derived(item, "basis", exchange.basis)
      derived(item, "outcome", exchange.outcome)
      derived(item, "stopped_at", exchange.stopped_at)
      derived(item, "layer", exchange.layer)
    end
    derived(item, "kind", exchange.kind)
    derived(item, "dialect", exchange.dialect)
    derived(item, "imsi", exchange.imsi)
  end

  local function add_not_checked(item, exchange)
    for _, row in ipairs(exchange.not_checked or {}) do
      for from = 1, #row.rules, IN_A_ROW do
        local last = math.min(from + IN_A_ROW - 1, #row.rules)
        local ids = table.concat(row.rules, " ", from, last)
        derived(item, "not_checked", row.reason .. ": " .. ids)
      end
    end
  end

  local function place(plan_esp, tvb)
    local messages = extraction.messages()
    if messages[1] then
      return messages[1].info.range, messages
    end
    local esp = plan_esp and extraction.esp()
    return esp and esp.range or tvb(), messages
  end

  local function add_info(pinfo, known)
    local words = known.exchange and known.exchange.id .. " " or ""
    words = words .. (known.step and known.step.role or known.sa or "")
    pinfo.cols.info:prepend("[" .. shown(words) .. "] ")
  end

  -- In a window, before the analysis of many messages was run.
  local function add_waiting(protocol, tvb, root)
    if not extraction.messages()[1] and not extraction.esp() then
      return
    end
    local range = place(true, tvb)
    local item = root:add(protocol, range)
    item:set_text("SIP Security Agreement: not analysed yet")
    derived(item, "pending", WAITING)
    root:add(fields.verdict, range, WAITING):set_text(WAITING):set_generated()
  end

  -- Show what is known of this frame. `again`: the frame was seen before, so all was read.
  function M.show(protocol, tvb, pinfo, root, again, settings)
    local frame = pinfo.number
    local run, complete = passes.look(frame, again)
    if not run then
      add_waiting(protocol, tvb, root)
      return
    end
    local known = run:of_frame(frame)
    if not known then
      return
    end
    known.frame = frame
    local range, messages = place(known.association ~= nil, tvb)
    local item = root:add(protocol, range)
    item:set_text("SIP Security Agreement: " .. shown(title(known)))
    local exchange = known.exchange
    if exchange then
      derived(item, "exchange", exchange.id)
      if known.step then
        add_step(item, known, complete)
      end
    end
    findings.add(item, known, settings)
    if not complete then
      derived(item, "pending", PENDING)
    end
    if exchange then
      add_links(item, known)
      add_exchange(item, exchange, complete)
    end
    add_association(item, known)
    lists.add(item, known, messages)
    if exchange and complete then
      add_not_checked(item, exchange)
    end
    local verdict = shown(findings.verdict(known, complete, settings))
    root:add(fields.verdict, range, verdict):set_text(verdict):set_generated()
    if settings.info then
      add_info(pinfo, known)
    end
  end

  M.derived = derived
  return M
end
