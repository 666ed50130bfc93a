-- Made from analyzer/report/evidence.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local ALERTS = import("flows.tls").ALERTS
  local CODES = import("flows.dns").CODES
  local IKE_WAIT = import("agreement.evidence").IKE_WAIT
  local NAME_WAIT = import("agreement.evidence").NAME_WAIT
  local REPORTED = import("limits").REPORTED
  local Signal = import("flows.datagram").Signal
  local address_text = import("agreement.naming").address_text
  local attempt = import("agreement.attempt").attempt
  local carries = import("agreement.attempt").carries
  local endpoint_text = import("agreement.naming").endpoint_text
  local iso = import("substitutes").iso
  local model = import("report.model")
  local version_name = import("flows.tls").version_name
  local M = {}

  M.CIPHERS = py.dict_of({
    { 0, "NULL_WITH_NULL_NULL", n = 2 }, { 1, "RSA_WITH_NULL_MD5", n = 2 },
    { 2, "RSA_WITH_NULL_SHA", n = 2 }, { 4, "RSA_WITH_RC4_128_MD5", n = 2 },
    { 5, "RSA_WITH_RC4_128_SHA", n = 2 }, { 10, "RSA_WITH_3DES_EDE_CBC_SHA", n = 2 },
    { 24, "DH_anon_WITH_RC4_128_MD5", n = 2 },
    { 27, "DH_anon_WITH_3DES_EDE_CBC_SHA", n = 2 },
    { 47, "RSA_WITH_AES_128_CBC_SHA", n = 2 },
    { 51, "DHE_RSA_WITH_AES_128_CBC_SHA", n = 2 },
    { 52, "DH_anon_WITH_AES_128_CBC_SHA", n = 2 },
    { 53, "RSA_WITH_AES_256_CBC_SHA", n = 2 },
    { 58, "DH_anon_WITH_AES_256_CBC_SHA", n = 2 }, { 59, "RSA_WITH_NULL_SHA256", n = 2 },
    { 60, "RSA_WITH_AES_128_CBC_SHA256", n = 2 },
    { 156, "RSA_WITH_AES_128_GCM_SHA256", n = 2 },
    { 157, "RSA_WITH_AES_256_GCM_SHA384", n = 2 },
    { 158, "DHE_RSA_WITH_AES_128_GCM_SHA256", n = 2 },
    { 159, "DHE_RSA_WITH_AES_256_GCM_SHA384", n = 2 },
    { 4865, "AES_128_GCM_SHA256", n = 2 }, { 4866, "AES_256_GCM_SHA384", n = 2 },
    { 4867, "CHACHA20_POLY1305_SHA256", n = 2 },
    { 49161, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA", n = 2 },
    { 49171, "ECDHE_RSA_WITH_AES_128_CBC_SHA", n = 2 },
    { 49172, "ECDHE_RSA_WITH_AES_256_CBC_SHA", n = 2 },
    { 49176, "ECDH_anon_WITH_AES_128_CBC_SHA", n = 2 },
    { 49195, "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", n = 2 },
    { 49196, "ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", n = 2 },
    { 49199, "ECDHE_RSA_WITH_AES_128_GCM_SHA256", n = 2 },
    { 49200, "ECDHE_RSA_WITH_AES_256_GCM_SHA384", n = 2 },
    n = 30,
  })

  M._TCP = py.dict_of({
    { "unanswered", "{tries} to open it, no answer", n = 2 },
    { "refused", "refused", n = 2 }, { "reset", "reset by {by}", n = 2 },
    { "opened", "opened, no SIP was read in it", n = 2 },
    n = 4,
  })

  M._TLS = py.dict_of({
    { "hello", "begun, not completed in the capture", n = 2 },
    { "secured", "handshake completed", n = 2 },
    n = 2,
  })

  M._KINDS = py.dict_of({
    { "unanswered", "syn", n = 2 }, { "refused", "rst", n = 2 }, { "reset", "rst", n = 2 },
    { "opened", "tcp", n = 2 },
    n = 4,
  })

  -- What concerns one closed run, in the order of time; takes it for that run.
  function M.signals(run)
    local found = { n = 0 }
    for _, one in py.each(run.evidence) do
      if py.isinstance(one, Signal) then
        py.append(found, M._signal(one))
      else
        one.claimed = true
        local link = one:link(run.end_time)
        if link ~= nil and not (link == "opened" and carries(run, one)) then
          py.append(found, M._connection(one, link))
        end
      end
    end
    local tried = attempt(run)
    if tried ~= nil and tried.kind == "esp" then
      py.append(found, M._short_esp(run, tried))
    end
    if found.n < 2 then
      return found
    end
    return py.sorted(found, function(signal) return { signal.time, signal.capture, signal.frame, n = 3 } end)
  end

  -- ESP in which no request can have travelled: a SYN, as a rule.
  function M._short_esp(run, tried)
    local flow = tried.flow
    return M._esp_signal(flow, tried.frame, flow.last_time, (flow.name ~= "" and flow.name or "no announced SA") .. ", " .. M._counted(flow) .. " too short for a request", tried.went_on == false and "unanswered" or "answered")
  end

  -- What no run took, as far as it says something: the first `limits.REPORTED` in time.
  function M.outside(evidence)
    local list1 = { n = 0 }
    for _, heard in py.each(evidence:everything()) do
      for _, one in py.each(M._outside(heard, evidence.until_)) do
        py.append(list1, one)
      end
    end
    return M.first_of(list1)
  end

  -- The first `limits.REPORTED` in time.
  function M.first_of(signals)
    return py.slice(py.sorted(signals, function(one) return { one.time, one.capture, one.frame, n = 3 } end), nil, REPORTED)
  end

  function M._outside(heard, until_)
    local given = { n = 0 }
    py.extend(given, py.map(M._esp, heard.flows:values()))
    for _, name in heard.lookups:pairs() do
      if name.code >= 0 or until_ - name.time >= NAME_WAIT then
        py.append(given, M._lookup(name))
      end
    end
    for _, tunnel in heard.tunnels:pairs() do
      py.append(given, M._tunnel(tunnel, until_))
    end
    for _, error_ in py.each(heard.errors) do
      if error_.kind == "icmp" then
        py.append(given, M._signal(error_))
      end
    end
    for _, one in py.each(py.concat(heard.past, heard.connections:values())) do
      local value1
      if one.claimed then
        value1 = nil
      else
        value1 = one:link(until_)
      end
      local link = value1
      if link ~= nil then
        py.append(given, M._connection(one, link))
      end
    end
    return given
  end

  function M._connection(one, link)
    local tls = one.hello ~= nil or (one.answer ~= nil or link == "secured")
    local what = tls and M._tls(one, link) or py.format_map(M._TCP:get(link), py.dict_of({ { "tries", str.of(one.tries) .. " " .. (one.tries == 1 and "try" or "tries"), n = 2 }, { "by", one.reset_by ~= "" and address_text(one.reset_by) or "", n = 2 }, n = 2 }))
    local frame = one.frame
    if link == "failed" then
      frame = one.alert_frame and one.alert_frame.n > 0 and one.alert_frame or (one.reset and one.reset.n > 0 and one.reset or frame)
    elseif link == "refused" or link == "reset" then
      frame = one.reset and one.reset.n > 0 and one.reset or frame
    end
    local answer = one.answer
    local value1
    if answer == nil then
      value1 = nil
    else
      value1 = version_name(answer.version)
    end
    return model.Signal.make(tls and "tls" or M._KINDS:get(link), frame[1], frame[2], iso(one.time), "port " .. str.of(one.dport) .. ": " .. what, nil, link, endpoint_text(one.src, one.sport), endpoint_text(one.dst, one.dport), nil, value1, answer ~= nil and answer.cipher >= 0 and answer.cipher or nil, one.tries > 1 and one.tries or nil)
  end

  -- `TLS 1.2 RSA_WITH_NULL_SHA, handshake completed`.
  function M._tls(one, link)
    local answer = one.answer
    local head, silent
    if answer == nil then
      head = one.hello == nil and "TLS" or "TLS hello (" .. version_name(one.hello.version) .. ")"
      silent = link == "hello"
    else
      head = str.rstrip(version_name(answer.version) .. " " .. M.cipher_name(answer.cipher))
      silent = false
    end
    if link == "failed" then
      return head .. ", " .. M._failure(one)
    end
    return silent and head .. ", no answer" or head .. ", " .. M._TLS:get(link)
  end

  function M._failure(one)
    if one.alert ~= nil and one.alert.fatal then
      local name = ALERTS:get(one.alert.alert, str.of(one.alert.alert))
      return "alert " .. name .. " from " .. address_text(one.alert_by)
    end
    if one.reset ~= nil then
      return "reset by " .. address_text(one.reset_by)
    end
    return "closed before it was completed"
  end

  -- The suite's name without its prefix; the number of one that has none here.
  function M.cipher_name(cipher)
    return cipher < 0 and "" or M.CIPHERS:get(cipher, "cipher suite 0x" .. str.format(cipher, "04x"))
  end

  function M._lookup(one)
    local state, what
    if one.code < 0 then
      state, what = "unanswered", "no answer"
    elseif one.code ~= 0 then
      state, what = "failed", CODES:get(one.code, "error " .. str.of(one.code))
    elseif one.targets.n > 0 then
      state, what = "answered", str.join(", ", one.targets)
    else
      state, what = "empty", "no such record"
    end
    local frame = one.answered and one.answered.n > 0 and one.answered or one.frame
    return model.Signal.make("dns", frame[1], frame[2], iso(one.time), one.type .. " " .. one.name .. ": " .. what, nil, state, address_text(one.client), address_text(one.server), nil, nil, nil, one.tries > 1 and one.tries or nil)
  end

  function M._tunnel(one, until_)
    local state, what
    if one.error ~= "" then
      state, what = "failed", one.exchange .. ": " .. one.error
    elseif one.answered == one.exchange then
      state, what = "answered", one.exchange .. " answered"
    elseif until_ - one.time >= IKE_WAIT then
      state, what = "unanswered", one.exchange .. ": no answer"
    else
      state, what = "begun", one.exchange
    end
    return model.Signal.make("ike", one.frame[1], one.frame[2], iso(one.time), what, nil, state, address_text(one.client), address_text(one.server), nil, nil, nil, one.tries > 1 and one.tries or nil)
  end

  function M._esp(flow)
    return M._esp_signal(flow, flow.frames[1], flow.first_time, M._counted(flow))
  end

  function M._esp_signal(flow, frame, time, detail, state)
    return model.Signal.make("esp", frame[1], frame[2], iso(time), detail, nil, state, address_text(flow.src), address_text(flow.dst), flow.spi, nil, nil, flow.packets)
  end

  function M._counted(flow)
    return "SPI 0x" .. str.format(flow.spi, "08x") .. ", " .. str.of(flow.packets) .. " packet" .. string.rep("s", py.bool_int(flow.packets ~= 1))
  end

  -- An ICMP error with what it quotes, or a gap.
  function M._signal(one)
    local spi = one.spi >= 0 and "ESP SPI 0x" .. str.format(one.spi, "08x") or ""
    local port = one.dport ~= 0 and "port " .. str.of(one.dport) or ""
    local about = spi ~= "" and spi or port
    return model.Signal.make(one.kind, one.capture, one.frame, iso(one.time), about ~= "" and one.kind == "icmp" and one.detail .. " (" .. about .. ")" or one.detail, one.by ~= "" and address_text(one.by) or nil, nil, endpoint_text(one.src, one.sport), endpoint_text(one.dst, one.dport), one.spi >= 0 and one.spi or nil)
  end

  return M
end
