using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;

namespace Rx.Vm.Qemu.Processes;

/// <summary>
/// One thread that sleeps in <c>epoll_wait</c> until a watched process ends. Costs nothing per machine but a table entry, and wakes for
/// nothing else.
/// </summary>
internal sealed unsafe class ProcessWatcher
{
    private const int Add = 1;
    private const uint Readable = 1;
    private const uint OneShot = 1u << 30;
    private const int Batch = 32;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EntrySize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int KeyOffset = EntrySize - sizeof(long);
    private static readonly Lazy<ProcessWatcher> SharedWatcher = new(() => new ProcessWatcher());

    private readonly SafeFileHandle _poll;
    private readonly ConcurrentDictionary<long, Action> _watched = new();
    private long _lastKey;

    private ProcessWatcher()
    {
        _poll = Libc.epoll_create1(Libc.OpenCloseOnExec);
        if (_poll.IsInvalid)
        {
            throw new IOException($"epoll_create1: {Libc.Describe(Marshal.GetLastPInvokeError())}");
        }

        new Thread(Run, 256 * 1024) { IsBackground = true, Name = "rxvm exits" }.Start();
    }

    /// <summary>The one of this process; started with the first machine.</summary>
    public static ProcessWatcher Shared => SharedWatcher.Value;

    /// <summary>How many processes are watched now.</summary>
    public int Count => _watched.Count;

    /// <summary>
    /// Calls back once when the process has ended, at once when it already has. On the watcher's thread: short, and must not throw.
    /// </summary>
    /// <exception cref="IOException">The kernel refuses one more descriptor.</exception>
    public void Watch(SafeFileHandle pidfd, Action ended)
    {
        var key = Interlocked.Increment(ref _lastKey);
        _watched[key] = ended;
        var change = stackalloc byte[16];
        *(uint*)change = Readable | OneShot;
        *(long*)(change + KeyOffset) = key;
        if (Libc.epoll_ctl(_poll, Add, pidfd, change) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            _watched.TryRemove(key, out _);
            throw new IOException($"epoll_ctl: {Libc.Describe(error)}");
        }
    }

    private void Run()
    {
        var events = stackalloc byte[16 * Batch];
        while (true)
        {
            var count = Libc.epoll_wait(_poll, events, Batch, -1);
            for (var i = 0; i < count; i++)
            {
                if (_watched.TryRemove(*(long*)(events + (i * EntrySize) + KeyOffset), out var ended))
                {
                    ended();
                }
            }
        }
    }
}
