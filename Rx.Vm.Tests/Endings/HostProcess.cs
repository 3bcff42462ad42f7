using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Tests.Endings;

/// <summary>A <see cref="HostProgram"/> that runs, and the processes of its machines, found by the ids on their command lines.</summary>
internal sealed class HostProcess : IDisposable
{
    private const int OutsideUser = 100_000;

    private static readonly string Executable = Path.Combine(AppContext.BaseDirectory, "Rx.Vm.Tests.dll");

    private readonly Process _process;
    private readonly string _mark;
    private readonly Dictionary<int, SafeFileHandle> _held = [];
    private bool _leave;

    private HostProcess(Process process, HostOrder order)
    {
        _process = process;
        Pid = process.Id;
        _mark = $"guest={order.Prefix}-";
    }

    public int Pid { get; }

    public bool HasEnded => _process.HasExited;

    public static HostProcess Start(HostOrder order) => new(Run([.. Command(order)]), order);

    /// <summary>The same as root of a user namespace, in which a machine of another user is beyond its owner's signals. Takes
    /// root.</summary>
    public static async Task<HostProcess> StartInUserNamespaceAsync(HostOrder order, CancellationToken ct)
    {
        const string script = "echo unshared; until grep -q . /proc/self/gid_map; do :; done; exec \"$@\"";
        var outside = OutsideUser.ToString(CultureInfo.InvariantCulture);
        var process = Run(
        [
            "setpriv", "--reuid=" + outside, "--regid=" + outside, "--clear-groups", "unshare", "--user", "sh", "-c", script, "sh",
            .. Command(order),
        ]);
        Assert.Equal("unshared", await process.StandardOutput.ReadLineAsync(ct));
        await File.WriteAllTextAsync($"/proc/{process.Id}/uid_map", $"0 {outside} 65536", ct);
        await File.WriteAllTextAsync($"/proc/{process.Id}/gid_map", $"0 {outside} 65536", ct);
        return new HostProcess(process, order);
    }

    /// <summary>Whether such a namespace can be made (not in a chroot, for one) and who is root in it can run the tests' executable.</summary>
    public static bool CanBeRunByOthers()
    {
        using var test = Process.Start("setpriv", [$"--reuid={OutsideUser}", "unshare", "--user", "test", "-r", Executable]);
        test.WaitForExit();
        return test.ExitCode == 0;
    }

    /// <summary>Reads what it says up to a line that begins with <paramref name="word"/>, and tells whether that came.</summary>
    public async Task<bool> HearAsync(string word, CancellationToken ct)
    {
        while (await _process.StandardOutput.ReadLineAsync(ct) is { } line)
        {
            if (line.StartsWith(word, StringComparison.Ordinal))
            {
                if (word == HostProgram.Ready)
                {
                    Hold();
                }

                return true;
            }
        }

        return false;
    }

    public void Signal(Ending ending) => Assert.Equal(0, Libc.kill(Pid, (int)ending));

    public async Task EndedAsync(CancellationToken ct) => await _process.WaitForExitAsync(ct);

    public Task<string> ErrorsAsync(CancellationToken ct) => _process.StandardError.ReadToEndAsync(ct);

    /// <summary>The processes that run for its machines now: QEMU, or what is about to become it. Zombies don't run.</summary>
    public IReadOnlyList<int> Machines() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && pid != Pid && Says(pid) && ProcFs.Stat(pid) is { IsZombie: false }),
    ];

    /// <summary>
    /// Completes when none of them runs any more. Those seen when the host was ready are held: one that is ending has lost its command
    /// line before it has let go of its files.
    /// </summary>
    public async Task MachinesGoneAsync(CancellationToken ct)
    {
        while (Hold())
        {
            foreach (var machine in _held.Values.ToArray())
            {
                await GoneAsync(machine, ct);
                machine.Dispose();
            }

            _held.Clear();
        }
    }

    /// <summary>Completes when a process has ended.</summary>
    public static async Task GoneAsync(int pid, CancellationToken ct)
    {
        using var handle = Libc.pidfd_open(pid, out var error);
        if (error == 0)
        {
            await GoneAsync(handle, ct);
        }
    }

    /// <summary>What still runs is somebody else's to end.</summary>
    public void LeaveMachines() => _leave = true;

    /// <summary>Ends whatever is left, so that a test that fails leaves nothing.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        foreach (var handle in _held.Values)
        {
            handle.Dispose();
        }

        foreach (var pid in _leave ? [] : Machines())
        {
            _ = Libc.kill(pid, Libc.SigKill);
        }
    }

    private static IEnumerable<string> Command(HostOrder order) =>
        ["dotnet", Executable, HostProgram.Word, .. order.ToArguments()];

    private static Process Run(string[] command)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static async Task GoneAsync(SafeFileHandle handle, CancellationToken ct)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ProcessWatcher.Shared.Watch(handle, () => gone.TrySetResult());
        await gone.Task.WaitAsync(ct);
    }

    // Whether any is held.
    private bool Hold()
    {
        foreach (var pid in Machines())
        {
            if (!_held.ContainsKey(pid) && Libc.pidfd_open(pid, out var error) is var handle && error == 0)
            {
                _held[pid] = handle;
            }
        }

        return _held.Count > 0;
    }

    private bool Says(int pid)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/cmdline"))
                .Split('\0')
                .Any(argument => argument.StartsWith(_mark, StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
