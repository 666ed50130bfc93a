-- Made from analyzer/flows/datagram.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  -- One transport payload: a whole UDP payload, SCTP or WebSocket message, or the next bytes in
  M.Datagram = py.struct("Datagram", { "capture", "frame", "time", "interface", "path", "src", "dst", "sport", "dport", "transport", "payload", "frames", "protection", "spi", "seq", "ip_id", "stream", "fresh", "truncated", "line" })

  function M.Datagram.make(capture, frame, time, interface, path, src, dst, sport, dport, transport, payload, frames, protection, spi, seq, ip_id, stream, fresh, truncated, line)
    if frames == nil then
      frames = { n = 0 }
    end
    if protection == nil then
      protection = "clear"
    end
    if spi == nil then
      spi = -1
    end
    if seq == nil then
      seq = -1
    end
    if ip_id == nil then
      ip_id = -1
    end
    if stream == nil then
      stream = -1
    end
    if fresh == nil then
      fresh = false
    end
    if truncated == nil then
      truncated = false
    end
    if line == nil then
      line = 0
    end
    return setmetatable({
      capture = capture,
      frame = frame,
      time = time,
      interface = interface,
      path = path,
      src = src,
      dst = dst,
      sport = sport,
      dport = dport,
      transport = transport,
      payload = payload,
      frames = frames,
      protection = protection,
      spi = spi,
      seq = seq,
      ip_id = ip_id,
      stream = stream,
      fresh = fresh,
      truncated = truncated,
      line = line,
    }, M.Datagram)
  end
  py.done(M.Datagram)

  -- One ESP packet (whole, after reassembly), opened or not.
  M.EspSeen = py.struct("EspSeen", { "capture", "frame", "time", "interface", "path", "src", "dst", "spi", "seq", "length", "opened", "reason", "frames", "proto", "sport", "dport", "copy", "line", "icv", "key" })

  function M.EspSeen.make(capture, frame, time, interface, path, src, dst, spi, seq, length, opened, reason, frames, proto, sport, dport, copy, line, icv, key)
    if opened == nil then
      opened = ""
    end
    if reason == nil then
      reason = ""
    end
    if frames == nil then
      frames = { n = 0 }
    end
    if proto == nil then
      proto = 0
    end
    if sport == nil then
      sport = 0
    end
    if dport == nil then
      dport = 0
    end
    if copy == nil then
      copy = false
    end
    if line == nil then
      line = 0
    end
    if icv == nil then
      icv = ""
    end
    return setmetatable({
      capture = capture,
      frame = frame,
      time = time,
      interface = interface,
      path = path,
      src = src,
      dst = dst,
      spi = spi,
      seq = seq,
      length = length,
      opened = opened,
      reason = reason,
      frames = frames,
      proto = proto,
      sport = sport,
      dport = dport,
      copy = copy,
      line = line,
      icv = icv,
      key = key,
    }, M.EspSeen)
  end
  py.done(M.EspSeen)

  -- A DNS question (`code` -1) or its answer with the response code and what it points to.
  M.Dns = py.struct("Dns", { "number", "name", "type", "code", "targets" })

  function M.Dns.make(number, name, type_, code, targets)
    if targets == nil then
      targets = { n = 0 }
    end
    return setmetatable({
      number = number,
      name = name,
      type = type_,
      code = code,
      targets = targets,
    }, M.Dns)
  end
  py.done(M.Dns)

  -- One thing that TLS says in clear.
  M.Tls = py.struct("Tls", { "kind", "version", "cipher", "alert", "fatal", "name", "size" })

  function M.Tls.make(kind, version, cipher, alert, fatal, name, size)
    if version == nil then
      version = 0
    end
    if cipher == nil then
      cipher = -1
    end
    if alert == nil then
      alert = -1
    end
    if fatal == nil then
      fatal = false
    end
    if name == nil then
      name = ""
    end
    if size == nil then
      size = 0
    end
    return setmetatable({
      kind = kind,
      version = version,
      cipher = cipher,
      alert = alert,
      fatal = fatal,
      name = name,
      size = size,
    }, M.Tls)
  end
  py.done(M.Tls)

  -- One IKE message of the SA that `initiator` names; `error` is one that it reports in clear.
  M.Ike = py.struct("Ike", { "initiator", "exchange", "response", "error" })

  function M.Ike.make(initiator, exchange, response, error_)
    if error_ == nil then
      error_ = ""
    end
    return setmetatable({
      initiator = initiator,
      exchange = exchange,
      response = response,
      error = error_,
    }, M.Ike)
  end
  py.done(M.Ike)

  -- Keys of a challenge in an answer on Cx: RAND and AUTN in `nonce`, CK, IK and XRES.
  M.KeysSeen = py.struct("KeysSeen", { "capture", "frame", "nonce", "ck", "ik", "res" })

  function M.KeysSeen.make(capture, frame, nonce, ck, ik, res)
    if res == nil then
      res = ""
    end
    return setmetatable({
      capture = capture,
      frame = frame,
      nonce = nonce,
      ck = ck,
      ik = ik,
      res = res,
    }, M.KeysSeen)
  end
  py.done(M.KeysSeen)

  -- Evidence beside SIP: what the network said about reachability.
  M.Signal = py.struct("Signal", { "capture", "frame", "time", "kind", "src", "dst", "sport", "dport", "detail", "by", "protection", "spi", "said" })

  function M.Signal.make(capture, frame, time, kind, src, dst, sport, dport, detail, by, protection, spi, said)
    if sport == nil then
      sport = 0
    end
    if dport == nil then
      dport = 0
    end
    if detail == nil then
      detail = ""
    end
    if by == nil then
      by = ""
    end
    if protection == nil then
      protection = "clear"
    end
    if spi == nil then
      spi = -1
    end
    return setmetatable({
      capture = capture,
      frame = frame,
      time = time,
      kind = kind,
      src = src,
      dst = dst,
      sport = sport,
      dport = dport,
      detail = detail,
      by = by,
      protection = protection,
      spi = spi,
      said = said,
    }, M.Signal)
  end
  py.done(M.Signal)

  return M
end
