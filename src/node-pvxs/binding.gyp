{
  "includes": ["../epics-libs/epics.gypi"],
  "targets": [
    {
      "target_name": "node_pvxs",
      "sources": ["<!@(ls -1 native/*.cc)"]
    }
  ]
}
