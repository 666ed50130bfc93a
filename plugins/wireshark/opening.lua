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
