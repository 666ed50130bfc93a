-- The post-dissector: takes down what frames hold, and shows what is known of them where somebody
-- looks.

return function(import)
  local M = {}
  local asked = import("wireshark.asked")
  local gui = import("wireshark.gui")
  local notice = import("wireshark.notice")
  local opening = import("wireshark.opening")
  local passes = import("wireshark.passes")
  local preferences = import("wireshark.preferences")
  local tap = import("wireshark.tap")

  local protocol -- what it works for
  local itself -- as a Dissector: asked whether one of its fields is wanted
  local settings -- the preferences in force, read when they are needed
  local wants -- what the words of the command line ask for

  local function in_force()
    settings = settings or preferences.read(protocol)
    return settings
  end

  -- Called before a file is read, and once more when it is closed.
  local function begin()
    notice.tell(in_force())
    settings = nil
    opening.reset()
    passes.opens = in_force().decrypt and opening.machine or nil
    passes.reset({ dialect = in_force().dialect })
    gui.reset()
  end

  local function wanted(root)
    if root.visible or wants.expert or in_force().info then
      return true
    end
    itself = itself or Dissector.get("secagree")
    return root:referenced(itself)
  end

  local function dissect(tvb, pinfo, root)
    if passes.idle(pinfo) or not in_force().enabled then
      return
    end
    local looks
    local function looked()
      if looks == nil then
        looks = wanted(root)
      end
      return looks
    end
    -- a filter on `sip` is no look at us, yet it wants what ESP holds, as long as that is not dear
    local function needed()
      return looked() or (wants.packets and (wants.taps or passes.cheap_to_open()))
    end
    local matters, again = passes.take(pinfo, tvb, root, needed)
    if matters and (looked() or (again and passes.cheap())) then
      import("wireshark.tree").show(protocol, tvb, pinfo, root, again, in_force())
    end
  end

  -- Begin to look at frames for the protocol.
  function M.start(proto)
    protocol = proto
    wants = asked.here()
    protocol.init = begin
    protocol.dissector = dissect
    function protocol.prefs_changed()
      settings = nil
    end
    register_postdissector(protocol)
    passes.learn = opening.learn
    tap.register(in_force)
    gui.register(in_force)
  end

  return M
end
