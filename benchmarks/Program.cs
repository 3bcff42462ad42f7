using BenchmarkDotNet.Running;
using Rx.Benchmarks.Qmp;

// "qmp …" is a load program; everything else chooses benchmarks.
if (args is ["qmp", .. var rest])
{
    return QmpLoad.Run(rest);
}

BenchmarkSwitcher.FromAssembly(typeof(QmpLoad).Assembly).Run(args);
return 0;
