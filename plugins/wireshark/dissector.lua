-- The protocol `secagree`, a post-dissector: takes down what frames hold, and shows what is known
-- of them where somebody looks.

return function(import)
  local M = {}
  local experts = import("wireshark.experts")
  local fields = import("wireshark.fields")
  local gui = import("wireshark.gui")
  local notice = import("wireshark.notice")
  local opening = import("wireshark.opening")
  local passes = import("wireshark.passes")
  local preferences = import("wireshark.preferences")
  local tap = import("wireshark.tap")
  local tree = import("wireshark.tree")

  local protocol = Proto("secagree", "SIP Security Agreement")
  protocol.fields = fields.all
  protocol.experts = experts.all
  preferences.define(protocol)
  M.protocol = protocol

  local itself -- as a Dissector: asked whether one of its fields is wanted
  local settings -- the preferences in force, read when they are needed

  -- The preferences in force.
  function M.settings()
    settings = settings or preferences.read(protocol)
    return settings
  end

  function protocol.prefs_changed()
    settings = nil
  end

  -- Called before a file is read, and once more when it is closed.
  function protocol.init()
    notice.tell(M.settings())
    settings = nil
    opening.reset()
    passes.opens = M.settings().decrypt and opening.machine or nil
    passes.reset({ dialect = M.settings().dialect })
    gui.reset()
  end

  local function wanted(root)
    if root.visible then
      return true
    end
    itself = itself or Dissector.get("secagree")
    return root:referenced(itself)
  end

  function protocol.dissector(tvb, pinfo, root)
    if passes.idle(pinfo) or not M.settings().enabled then
      return
    end
    local looks
    local function looked()
      if looks == nil then
        looks = wanted(root)
      end
      return looks
    end
    local matters, again = passes.take(pinfo, tvb, root, looked)
    if matters and (looked() or (again and passes.cheap())) then
      tree.show(protocol, tvb, pinfo, root, again, M.settings())
    end
  end

  register_postdissector(protocol)
  passes.learn = opening.learn
  tap.register(M.settings)
  gui.register(M.settings)
  return M
end
