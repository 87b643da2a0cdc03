/** One wheel of a package, pinned by its content. */
interface PinnedWheel {
  readonly name: 'epicscorelibs' | 'pvxslibs';
  readonly version: string;
  readonly sha256: string;
}

/** What a platform downloads: pip's name of it, and the wheels. */
export interface PinnedPlatform {
  readonly pipPlatforms: readonly string[];
  readonly wheels: readonly PinnedWheel[];
}

/** The wheel tag that is pinned. The libraries inside don't depend on Python, so one tag serves every machine. */
export const WHEEL_PYTHON = { version: '3.11', implementation: 'cp', abi: 'cp311' } as const;

const EPICSCORELIBS = { name: 'epicscorelibs', version: '7.0.10.99.0.2' } as const;
const PVXSLIBS = { name: 'pvxslibs', version: '1.5.3' } as const;

/** By `process.platform`-`process.arch`. Other machines need EPICS_BASE and PVXS. */
export const PINNED_PLATFORMS: Readonly<Record<string, PinnedPlatform>> = {
  'linux-x64': {
    pipPlatforms: ['manylinux2014_x86_64'],
    wheels: [
      { ...EPICSCORELIBS, sha256: '64fa1714eba80d4c4e7085722829607f0225275ac0fc16ea4eb04dfd45282e81' },
      { ...PVXSLIBS, sha256: 'd5095011570d28aa78f38c1b2cc48deeedcdfbd7e406cca057ef26a0d0a25d3a' },
    ],
  },
  'darwin-x64': macUniversal(),
  'darwin-arm64': macUniversal(),
};

function macUniversal(): PinnedPlatform {
  return {
    pipPlatforms: ['macosx_11_0_universal2'],
    wheels: [
      { ...EPICSCORELIBS, sha256: '36cf7ec5c50d4a3556e0fd70e3b75c481c3715bb29a574b4897290045bbbfbf0' },
      { ...PVXSLIBS, sha256: '0455cbf61bb277c305fd24e3d1e8a9a6564a6c9b383f3ffda639bf89ed51dfc1' },
    ],
  };
}
