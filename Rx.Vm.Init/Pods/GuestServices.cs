using Rx.Vm.Init.Channels;
using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Processes;

namespace Rx.Vm.Init.Pods;

/// <summary>What commands work with.</summary>
internal sealed record GuestServices(EventLoop Loop, TtyChannel Tty, ProcessTable Table, Launcher Launcher);
