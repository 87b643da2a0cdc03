{
  "includes": ["../epics-libs/epics.gypi"],
  "targets": [
    { "target_name": "epics_ioc", "sources": ["<!@(ls -1 native/ioc/*.cc)"] },
    { "target_name": "epics_ca_client", "sources": ["<!@(ls -1 native/client/*.cc)"] }
  ]
}
