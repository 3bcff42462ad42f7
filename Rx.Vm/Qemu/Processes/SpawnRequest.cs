using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rx.Vm.Qemu.Processes;

/// <summary>A process to start, in a session of its own, with no descriptor it was not given.</summary>
internal sealed record SpawnRequest
{
    /// <summary>Absolute path of the program; it is also argument 0.</summary>
    public required string Program { get; init; }

    /// <summary>Arguments after the program.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment, <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = ["PATH=/usr/bin:/bin", "LC_ALL=C"];

    /// <summary>Where it starts, as a directory descriptor.</summary>
    public required SafeFileHandle WorkingDirectory { get; init; }

    /// <summary>Becomes descriptors 1 and 2; 0 is <c>/dev/null</c>.</summary>
    public required SafeFileHandle Output { get; init; }

    /// <summary>Become descriptors 3, 4, …; everything above is closed.</summary>
    public IReadOnlyList<SafeHandle> Descriptors { get; init; } = [];
}
