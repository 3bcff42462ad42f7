using System.Buffers.Text;
using System.Text;
using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Processes;

/// <summary>
/// A cgroup (v2) of a container's own process or of an exec, with everything it starts: what a kill must reach, and where the kernel counts
/// whom it killed for memory. A container's are below one directory: <c>c5/main</c> and <c>c5/x7</c>, by their sessions.
/// </summary>
internal sealed class ControlGroup : IDisposable
{
    /// <summary>Where they are mounted.</summary>
    public const string Root = "/sys/fs/cgroup";

    private const int Mode = 0x1ed;
    private const int MaxEvents = 1024;

    // Not empty yet, and so not to be removed: what an exec left behind lives there until its container ends.
    private static readonly List<string> Left = [];
    private static bool _isPrepared;

    private readonly string _path;

    private ControlGroup(string path) => _path = path;

    /// <summary>Whether the kernel has them.</summary>
    public static bool IsMounted { get; set; }

    /// <summary>Makes one; null where the kernel has none, or refuses.</summary>
    /// <param name="container">The container's session.</param>
    /// <param name="exec">The exec's session; null: the container's own process.</param>
    public static ControlGroup? TryMake(ulong container, ulong? exec)
    {
        Sweep();
        var parent = $"{Root}/c{container}";
        if (!IsMounted)
        {
            return null;
        }

        if (exec is null)
        {
            Share(Root, ref _isPrepared);
            var isShared = Libc.mkdir(parent, Mode) < 0;
            Share(parent, ref isShared);
        }

        var group = new ControlGroup(exec is { } session ? $"{parent}/x{session}" : $"{parent}/main");
        return Libc.mkdir(group._path, Mode) < 0 ? null : group;
    }

    /// <summary>Moves a process in, with its threads; what it starts is in from the start. False: the kernel refuses.</summary>
    public bool Add(int pid) => Files.TryWrite($"{_path}/cgroup.procs", Encoding.ASCII.GetBytes(pid.ToString()));

    /// <summary>Kills everything inside, also what is being started. False: the kernel can't.</summary>
    public bool Kill() => Files.TryWrite($"{_path}/cgroup.kill", "1"u8);

    /// <summary>Whether the kernel killed anything inside because memory had run out, here or in the whole machine.</summary>
    public bool IsOutOfMemory
    {
        get
        {
            ReadOnlySpan<byte> text = Files.TryRead($"{_path}/memory.events", MaxEvents);
            var at = text.IndexOf("oom_kill "u8);
            return at >= 0 && Utf8Parser.TryParse(text[(at + "oom_kill ".Length)..], out long count, out _) && count > 0;
        }
    }

    /// <summary>Removes it, and its container's directory behind the last; what is not empty yet is removed later.</summary>
    public void Dispose()
    {
        Left.Add(_path);
        if (_path.EndsWith("/main", StringComparison.Ordinal))
        {
            Left.Add(_path[.._path.LastIndexOf('/')]);
        }

        Sweep();
    }

    private static void Sweep() => Left.RemoveAll(static path => Libc.rmdir(path) == 0 || Fd.LastError == Abi.Enoent);

    /// <summary>Whom the kernel counts below a directory, it counts for each group there.</summary>
    private static void Share(string directory, ref bool isDone)
    {
        if (!isDone)
        {
            isDone = true;
            // One by one: of several in one write the kernel takes all or none.
            _ = Files.TryWrite($"{directory}/cgroup.subtree_control", "+memory"u8);
            _ = Files.TryWrite($"{directory}/cgroup.subtree_control", "+pids"u8);
        }
    }
}
