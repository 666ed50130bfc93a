-- Protected SIP in passing: keys that the capture shows are taken down, and an ESP packet that
-- Wireshark left closed is opened with them, before anything is read out of its frame.

return function(import)
  local M = {}
  local cx = import("wireshark.cx")
  local decryption = import("wireshark.decryption")
  local keys = import("wireshark.keys")
  local plain = import("wireshark.plain")

  local ring, machine

  -- Another capture.
  function M.reset()
    ring = keys.new()
    machine = decryption.new(ring)
  end

  -- Take down the keys of a frame: those that a challenge gives away beside its nonce (TS 24.229
  -- 7.2A.1), and those of Cx.
  function M.learn(plan, frame, found)
    if plan.cx then
      for _, vector in ipairs(cx.vectors()) do
        ring.bind(vector.rand, vector.ck, vector.ik, frame)
      end
    end
    for _, item in ipairs(found) do
      if item.kind == "datagram" then
        local rand, ck, ik = keys.of_challenge(item.payload)
        if rand then
          ring.bind(rand, ck, ik, frame)
        end
      end
    end
  end

  local function told(root, range, pair)
    local text = "ESP opened by secagree, without encryption"
    if pair then
      text = "ESP opened by secagree with the keys of frame " .. plain.integer(pair.frame)
    end
    root:add(range, text):set_generated()
  end

  -- What opens packets of this capture, see `decryption`; what it opened says so in the tree.
  function M.machine()
    return {
      open = function(packet, run, pinfo, root)
        local name, pair = machine.open(packet, run, pinfo, root)
        if name then
          told(root, packet.range, pair)
        end
        return name, pair
      end,
    }
  end

  -- What stayed closed, see `decryption`.
  function M.closed()
    return machine.closed()
  end

  -- The keys found so far.
  function M.ring()
    return ring
  end

  M.reset()
  return M
end
