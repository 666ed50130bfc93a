-- Protected SIP in passing: keys that the capture shows are taken down, and an ESP packet that
-- Wireshark left closed is opened with them, before anything is read out of its frame. What opens it
-- is imported with the first such packet.

return function(import)
  local M = {}
  local cx = import("wireshark.cx")
  local extraction = import("wireshark.extraction")
  local keys = import("wireshark.keys")
  local plain = import("wireshark.plain")

  local ring, machine

  -- Another capture.
  function M.reset()
    ring, machine = keys.new(), nil
  end

  -- Take down the keys of Cx in this frame, where its plan says that it may have some.
  function M.learn(plan, frame)
    if plan.cx then
      for _, vector in ipairs(cx.vectors()) do
        ring.bind(vector.rand, vector.ck, vector.ik, frame)
      end
    end
  end

  -- Those that challenges gave away beside their nonce (TS 24.229 7.2A.1).
  local function learn_of(run)
    for _, one in ipairs(run:keys()) do
      ring.bind(one.rand, one.ck, one.ik, one.frame)
    end
  end

  local function told(root, range, pair)
    local text = "ESP opened by secagree, without encryption"
    if pair and pair.frame then
      text = "ESP opened by secagree with the keys of frame " .. plain.integer(pair.frame)
    elseif pair then
      text = "ESP opened by secagree"
    end
    root:add(range, text):set_generated()
  end

  -- What opens packets of this capture, see `decryption`; what it opened says so in the tree.
  function M.machine()
    return {
      open = function(packet, run, pinfo, root)
        learn_of(run)
        machine = machine or import("wireshark.decryption").new(ring)
        local name, pair = machine.open(packet, run, pinfo, root)
        if name then
          told(root, packet.range, pair)
        end
        return name, pair
      end,
    }
  end

  -- The SAs of which ESP packets stayed closed, of records in their order: a list of
  -- { spi, sa, frame (the first), reason }.
  function M.closed(run, records)
    local decryption, feeding = import("wireshark.decryption"), import("wireshark.feeding")
    local list, known = {}, {}
    learn_of(run)
    for _, record in ipairs(records) do
      if record.kind == "esp" and record.opened == "" then
        local _, dst = extraction.ends(record.header)
        local spi = feeding.spi_and_seq(record.head)
        local sa = not known[dst .. spi] and decryption.sa_of(run, dst, spi)
        if sa then
          known[dst .. spi] = true
          list[#list + 1] = { spi = spi, sa = sa, frame = record.frame, reason = decryption.why(sa, ring) }
        end
      end
    end
    return list
  end

  -- The keys found so far, with those that `run` read.
  function M.ring(run)
    learn_of(run)
    return ring
  end

  M.reset()
  return M
end
