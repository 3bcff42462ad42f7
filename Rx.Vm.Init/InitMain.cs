using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Boot;
using Rx.Vm.Init.Channels;
using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Pods;
using Rx.Vm.Init.Processes;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init;

/// <summary>
/// PID 1: mounts, modules, ports, READY, then the event loop for ever. If it ended the kernel would panic, so nothing that goes wrong
/// later ends it: it is written to the console, and the host's deadlines decide.
/// </summary>
internal static unsafe class InitMain
{
    private const ulong OpenFiles = 65_536;
    private const int PortRetryMs = 5;

    /// <summary>Runs; returns only when it isn't PID 1.</summary>
    public static int Run()
    {
        if (Environment.ProcessId != 1)
        {
            _ = Fd.Write(2, "rxvm-init is the first process of a virtual machine and does nothing elsewhere.\n"u8);
            return 1;
        }

        EventLoop? loop = null;
        try
        {
            BaseMounts.Mount();
            ConsoleLog.Open();
            Settle();
            ModuleLoader.Load(ModuleLoader.BootList);
            loop = new(static e => ConsoleLog.Write($"{e.GetType().Name}: {e.Message}"));
            SearchPorts(loop);
        }
        catch (Exception e)
        {
            ConsoleLog.Write($"boot failed: {e.Message}");
        }

        while (true)
        {
            Turn(loop);
        }
    }

    private static void Turn(EventLoop? loop)
    {
        try
        {
            if (loop is not null)
            {
                loop.Turn();
                return;
            }
        }
        catch (Exception e)
        {
            ConsoleLog.Write($"loop: {e.Message}");
        }

        // Without a loop, or with a broken one, stay alive without burning the processor.
        _ = Libc.poll(null, 0, 1000);
    }

    private static void Settle()
    {
        _ = Libc.signal(Abi.SigPipe, 1);
        _ = Libc.reboot(Abi.DisableCtrlAltDelete);
        var limits = stackalloc ulong[2] { OpenFiles, 524_288 };
        _ = Libc.setrlimit(Abi.LimitOpenFiles, limits);
        Loopback.BringUp();
    }

    /// <summary>The driver makes the ports from a work queue; device events, and a timer for attributes that come later, say when to look.</summary>
    private static void SearchPorts(EventLoop loop)
    {
        var uevents = new Uevents();
        var found = false;
        loop.Watch(uevents.Descriptor, Abi.EpollIn, () =>
        {
            uevents.Drain();
            Look();
        });
        Retry();

        void Look()
        {
            if (!found && PortFinder.TryOpen() is { } ports)
            {
                found = true;
                Serve(loop, ports.Control, ports.Tty);
            }
        }

        void Retry()
        {
            Look();
            if (!found)
            {
                loop.After(PortRetryMs, Retry);
            }
        }
    }

    private static void Serve(EventLoop loop, int controlFd, int ttyFd)
    {
        var supervisor = new Supervisor();
        var table = new ProcessTable();
        var tty = new TtyChannel(loop, ttyFd, table);
        var control = new ControlChannel(loop, controlFd, supervisor);
        supervisor.Begin(new(loop, tty, table, new(loop, tty, table)), control);
        loop.AfterTurn = supervisor.Advance;
        control.Outbox.Add(GuestCode.Ready, ReadyAnnouncement.Payload(ControlGroup.IsMounted));
        control.Flush();

        // After READY and before the first turn, so before any command: the host plugs disks meanwhile.
        ModuleLoader.Load(ModuleLoader.LazyList);
    }
}
