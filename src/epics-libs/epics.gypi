# What every addon on EPICS base and pvxs needs; included by the binding.gyp files.
{
  "target_defaults": {
    "include_dirs": ["<!@(node -p \"require('node-addon-api').include.slice(1, -1)\")"],
    "defines": [
      "NAPI_VERSION=9",
      "NODE_ADDON_API_CPP_EXCEPTIONS_ALL",
      "NODE_ADDON_API_DISABLE_DEPRECATED",
      # In a worker thread that is being terminated nothing can be thrown, which must not end the process.
      "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"
    ],
    # Node's own settings may choose a std::string; the libraries decide.
    "defines!": ["_GLIBCXX_USE_CXX11_ABI=1", "_GLIBCXX_USE_CXX11_ABI=0"],
    "cflags!": ["-fno-exceptions"],
    "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
    "cflags_cc": [
      "-std=c++17", "-fexceptions", "-frtti", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror",
      "-U_GLIBCXX_USE_CXX11_ABI", "-D_GLIBCXX_USE_CXX11_ABI=<!(node ../epics-libs/dist/gyp.js cxx11-abi)",
      # As system headers, so that their warnings aren't ours.
      "<!@(node ../epics-libs/dist/gyp.js include-flags)"
    ],
    "ldflags": ["-Wl,--no-as-needed"],
    # EPICS keeps pointers into an addon, and its threads may outlive the environment that loaded it.
    "conditions": [["OS=='linux'", { "ldflags": ["-Wl,-z,nodelete"] }]],
    "libraries": ["<!@(node ../epics-libs/dist/gyp.js libraries)"],
    "xcode_settings": {
      "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
      "GCC_ENABLE_CPP_RTTI": "YES",
      "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
      "MACOSX_DEPLOYMENT_TARGET": "11.0",
      "OTHER_CPLUSPLUSFLAGS": ["<!@(node ../epics-libs/dist/gyp.js include-flags)"]
    }
  }
}
