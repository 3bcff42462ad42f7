using System.Runtime.InteropServices;
using System.Text;
using Rx.Vm.Native;

namespace Rx.Vm.Qemu.Processes;

/// <summary>
/// Starts processes by <c>posix_spawn</c>: no managed code runs between fork and exec, and a failed exec is reported to the caller.
/// </summary>
internal static unsafe class Spawn
{
    private const int FirstDescriptor = 3;
    private const int DuplicateCloseOnExec = 1030;

    // Above every descriptor number a child is given, so that no dup2 overwrites the source of a later one.
    private const int Parking = 64;

    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short NewSession = 0x80;

    // glibc's and musl's opaque structs and signal sets are all smaller.
    private const int OpaqueSize = 512;

    /// <summary>Starts a process.</summary>
    /// <returns>Its pid; it is a child of this process, so it stays until it is waited for.</returns>
    /// <exception cref="SpawnException">The kernel refused; nothing was started.</exception>
    public static int Start(SpawnRequest request)
    {
        var parked = new List<int>();
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        using var arguments = new NativeStrings([request.Program, .. request.Arguments]);
        using var environment = new NativeStrings(request.Environment);
        Check(Libc.posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        Check(Libc.posix_spawnattr_init(attributes), "posix_spawnattr_init");
        try
        {
            DescribeFiles(actions, request, parked);
            DescribeAttributes(attributes);
            var error = Libc.posix_spawn(out var pid, request.Program, actions, attributes, arguments.Pointer, environment.Pointer);
            Check(error, "start", request.Program);
            return pid;
        }
        finally
        {
            _ = Libc.posix_spawn_file_actions_destroy(actions);
            _ = Libc.posix_spawnattr_destroy(attributes);
            parked.ForEach(static descriptor => Libc.close(descriptor));
        }
    }

    private static void DescribeFiles(byte* actions, SpawnRequest request, List<int> parked)
    {
        var output = Park(request.Output, parked);
        Check(Libc.posix_spawn_file_actions_addopen(actions, 0, "/dev/null", Libc.OpenReadOnly, 0), "open action");
        Check(Libc.posix_spawn_file_actions_adddup2(actions, output, 1), "dup2 action");
        Check(Libc.posix_spawn_file_actions_adddup2(actions, output, 2), "dup2 action");
        for (var i = 0; i < request.Descriptors.Count; i++)
        {
            Check(Libc.posix_spawn_file_actions_adddup2(actions, Park(request.Descriptors[i], parked), FirstDescriptor + i), "dup2 action");
        }

        Check(Libc.posix_spawn_file_actions_addfchdir_np(actions, Park(request.WorkingDirectory, parked)), "chdir action");
        Check(Libc.posix_spawn_file_actions_addclosefrom_np(actions, FirstDescriptor + request.Descriptors.Count), "closefrom action");
    }

    // The runtime ignores SIGPIPE and handles others; a child must start with none of that.
    private static void DescribeAttributes(byte* attributes)
    {
        var set = stackalloc byte[OpaqueSize];
        _ = Libc.sigemptyset(set);
        Check(Libc.posix_spawnattr_setsigmask(attributes, set), "signal mask");
        _ = Libc.sigfillset(set);
        Check(Libc.posix_spawnattr_setsigdefault(attributes, set), "signal defaults");
        Check(Libc.posix_spawnattr_setflags(attributes, SetSignalDefaults | SetSignalMask | NewSession), "spawn flags");
    }

    private static int Park(SafeHandle source, List<int> parked)
    {
        var descriptor = Libc.fcntl(source, DuplicateCloseOnExec, Parking);
        if (descriptor < 0)
        {
            throw new SpawnException("duplicate a descriptor", Marshal.GetLastPInvokeError());
        }

        parked.Add(descriptor);
        return descriptor;
    }

    private static void Check(int error, string step, string? subject = null)
    {
        if (error != 0)
        {
            throw new SpawnException(subject is null ? step : $"{step} '{subject}'", error);
        }
    }

    /// <summary>A null-terminated array of C strings.</summary>
    private sealed class NativeStrings : IDisposable
    {
        private readonly List<nint> _strings = [];

        public NativeStrings(IReadOnlyList<string> values)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(values.Any(static value => value.Contains('\0')), false, nameof(values));
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(values.Count + 1), (nuint)sizeof(nint));
            for (var i = 0; i < values.Count; i++)
            {
                var text = Marshal.StringToCoTaskMemUTF8(values[i]);
                _strings.Add(text);
                Pointer[i] = (byte*)text;
            }
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            _strings.ForEach(Marshal.FreeCoTaskMem);
            NativeMemory.Free(Pointer);
        }
    }
}
